import { type Static, Type } from 'typebox';
import { Count, orNull, Sha256, strict, Time, Word } from '../../protocol/schema/schema.ts';

/** What lets hosts in: so many, so many of them as members, and until when. */
export const JoinSecret = strict({
  /** SHA-256 of the secret. */
  hash: Sha256,
  hosts: Count,
  members: Count,
  expires: Time,
});
export type JoinSecret = Static<typeof JoinSecret>;

/** A host that has a certificate. */
export const JoinedHost = strict({
  name: Word,
  address: Type.String(),
  mode: Type.Enum(['member', 'client']),
  /** SHA-256 of its public key: who asks with another one is another host. */
  key: Sha256,
  /** The secret that let it in. */
  secret: Sha256,
  replaces: Type.Boolean(),
  signed: Time,
});
export type JoinedHost = Static<typeof JoinedHost>;

/** Everything that the signer remembers. */
export const Register = strict({
  format: Type.Literal(1),
  secrets: Type.Array(JoinSecret),
  hosts: Type.Array(JoinedHost),
  /** A member that was lost, and until when a host of its name may come in its place, with any secret that was ever made. */
  replacing: orNull(strict({ name: Word, until: Time })),
});
export type Register = Static<typeof Register>;

/** What a signer remembers that nobody asked yet. */
export const emptyRegister: Register = { format: 1, secrets: [], hosts: [], replacing: null };
