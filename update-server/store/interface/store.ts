import type { AccessStore } from './access.ts';
import type { AuditStore } from './audit.ts';
import type { ChangeStore } from './changes.ts';
import type { DiscoveryStore } from './discovery.ts';
import type { FleetStore } from './fleet.ts';
import type { GrantStore } from './grants.ts';
import type { HostStore } from './hosts.ts';
import type { RepositoryStore } from './repository.ts';
import type { RolloutStore } from './rollouts.ts';

/**
 * Everything the server remembers, as intentions: asynchronous, so that another database fits behind it.
 * What is not a check-in record is on the disk when its promise resolves.
 */
export interface Store
  extends RepositoryStore,
    HostStore,
    GrantStore,
    RolloutStore,
    FleetStore,
    AccessStore,
    DiscoveryStore,
    AuditStore,
    ChangeStore {
  /** Throws unless a write reaches the disk. */
  ping(now: string): Promise<void>;
  close(): Promise<void>;
}
