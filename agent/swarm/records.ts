import { type Static, Type } from 'typebox';
import { swarmManagerPrefix, swarmPrefix, swarmWorkerPrefix } from '../../protocol/etcd/roles.ts';

/** Who makes the one swarm, and which it is once it was made. Written by compare-and-swap alone. */
export const clusterKey = `${swarmPrefix}cluster`;
export const ClusterRecord = Type.Object({
  /** Machine id of the host that makes it. */
  by: Type.String(),
  /** Swarm’s own id of the cluster; absent until it was made and its tokens were published. */
  id: Type.Optional(Type.String()),
  /** The tokens that hosts joined by have been replaced. */
  rotated: Type.Optional(Type.Boolean()),
});
export type ClusterRecord = Static<typeof ClusterRecord>;

/** Where a host finds what lets it in. The two lie under rights of their own. */
export const joinKeys = {
  worker: `${swarmWorkerPrefix}join`,
  manager: `${swarmManagerPrefix}join`,
} as const;
export const JoinRecord = Type.Object({
  token: Type.String(),
  /** `address:2377` of the managers. */
  managers: Type.Array(Type.String()),
});
export type JoinRecord = Static<typeof JoinRecord>;
