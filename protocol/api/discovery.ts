import { type Static, Type } from 'typebox';
import { strict, Time } from '../schema/schema.ts';

/** Members a cluster may begin with: etcd advises at most seven, and its first discovery allowed nine. */
export const ClusterSize = Type.Integer({ minimum: 1, maximum: 9 });
/** The size when none is asked for. */
export const usualSize = 3;

/** A token by which etcd members are to find each other. */
export const DiscoveryRequest = strict({ size: Type.Optional(ClusterSize) });

/** What each member is given as `--discovery`. */
export const DiscoveryMade = strict({ url: Type.String(), size: ClusterSize, expires: Time });
export type DiscoveryMade = Static<typeof DiscoveryMade>;
