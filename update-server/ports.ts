import type { PublishRequest } from '../protocol/publish.ts';
import type { Blobs } from './blobs/files.ts';
import type { RepositoryState, Store } from './store/store.ts';

/** Signed metadata as it will be shown: files by name, target files by hash-prefixed path. */
export interface Signed {
  state: RepositoryState;
  files: Record<string, string>;
  targets: Record<string, string>;
}

/** Checks what publishers signed and signs the online roles; `server_unready` without online keys. */
export interface TrustPort {
  /** Throws `metadata_conflict` when somebody signed in between, `metadata_invalid` for anything not signed right. */
  applyPublish(state: RepositoryState, request: PublishRequest, now: Date): Signed;
  /** Signs what expires soon again; nothing when nothing does. */
  renewOnline(state: RepositoryState, now: Date): Signed | undefined;
  /** Why nothing can be signed, in words; nothing when all is well. */
  problem(): string | undefined;
}

/** The server's edges, handed to every route. */
export interface Ports {
  store: Store;
  blobs: Blobs;
  trust: TrustPort;
  now(): Date;
}
