import { type Static, Type } from 'typebox';
import type { Release } from '../../protocol/documents/release.ts';
import { orNull, Sha256, Version } from '../../protocol/schema/schema.ts';
import type { Running } from './host.ts';

/** The version that an update leads to. */
export const Goal = Type.Object({
  version: Version,
  rootHash: Sha256,
  /** The server's grant, or null when an operator ordered the version on this host. */
  grant: orNull(Type.String()),
});
export type Goal = Static<typeof Goal>;

/** An accepted offer: everything in it was named by signed metadata. */
export const Target = Type.Object({
  ...Goal.properties,
  /** Hex SHA-256 of `release.json`. */
  releaseSha256: Sha256,
  /** Checked when it was accepted, and not again when the state file is read. */
  release: Type.Unsafe<Release>(Type.Object({})),
});
export type Target = Static<typeof Target>;

/** Signed metadata: turns an offer into a target, or throws why it is refused. */
export interface TrustPort {
  accept(
    offered: { version: string; grant: string | null },
    running: Running,
    order: 'server' | 'operator',
  ): Promise<Target>;
}
