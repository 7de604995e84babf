import type { Etcd } from './etcd.ts';

/** Two clients of one etcd. */
export interface Access {
  /** Not logged in: how members do is told also without a quorum. */
  look: Etcd;
  /** As `root`. */
  change: Etcd;
}
