import type { Release } from '../../protocol/documents/release.ts';
import type { Running } from './host.ts';

/** An accepted offer: everything in it was named by signed metadata. */
export interface Target {
  version: string;
  rootHash: string;
  /** Hex SHA-256 of `release.json`. */
  releaseSha256: string;
  release: Release;
  /** The server's grant, or null when an operator ordered it here. */
  grant: string | null;
}

/** Signed metadata: turns an offer into a target, or throws why it is refused. */
export interface TrustPort {
  accept(
    offered: { version: string; grant: string | null },
    running: Running,
    order: 'server' | 'operator',
  ): Promise<Target>;
}
