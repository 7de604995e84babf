import { type Static, Type } from 'typebox';
import { extensible, orNull, strict, Word } from '../schema/schema.ts';

/** PEM of a public key or a certificate: none is as long. */
const Pem = Type.String({ pattern: '^-----BEGIN (PUBLIC KEY|CERTIFICATE)-----', maxLength: 8192 });

/** An address as it stands in a certificate and in URLs. */
const Address = Type.String({ pattern: '^[0-9A-Fa-f.:]{2,45}$' });

/** What a host is to be: `auto` takes a place as a member where one is left. */
export const WantedMode = Type.Enum(['member', 'client', 'auto']);
export type WantedMode = Static<typeof WantedMode>;

/** What a host without a certificate asks of the signer. Asking again with the same key is asking once. */
export const JoinRequest = strict({
  secret: Type.String({ minLength: 1, maxLength: 128 }),
  mode: WantedMode,
  name: Word,
  address: Address,
  publicKey: Pem,
  /** Signature of `provenBy` by the key: whoever knows a secret and somebody else's public key gets nothing. */
  proof: Type.String({ pattern: '^[A-Za-z0-9+/=]{1,512}$' }),
});
export type JoinRequest = Static<typeof JoinRequest>;

/** A member as the signer knows it. */
export const KnownMember = extensible({ name: Word, address: Address });
export type KnownMember = Static<typeof KnownMember>;

/** What the signer gives a host, at first and when it renews. */
export const Signed = extensible({
  mode: Type.Enum(['member', 'client']),
  /** It takes the place of a member that was lost: the cluster runs already. */
  replaces: Type.Boolean(),
  certificate: Pem,
  peerCertificate: orNull(Pem),
  peerAuthority: Pem,
  /** Passwords of etcd's users. */
  users: Type.Record(Word, Type.String()),
  members: Type.Array(KnownMember),
});
export type Signed = Static<typeof Signed>;

/** Paths of the signer. */
export const signerPaths = { authority: '/v1/authority', join: '/v1/join', renew: '/v1/renew' } as const;

/** What a host signs to show that it has the key. */
export function provenBy({ secret, mode, name, address }: Omit<JoinRequest, 'proof'>): Buffer {
  return Buffer.from(['interlock etcd join', secret, mode, name, address].join('\n'));
}
