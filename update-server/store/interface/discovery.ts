import type { Registered, Registry } from '../../domain/discovery/registry.ts';
import type { NewAudit } from './audit.ts';

/** A registry that begins; its token arrives as SHA-256 only. */
export interface NewRegistry {
  hash: string;
  size: number;
  made: string;
  expires: string;
}

/** Clusters of etcd that form, by the hash of their tokens; what has expired is unknown. */
export interface DiscoveryStore {
  /** Adds one, and deletes those that have expired. False if `most` others are left: then nothing is added. */
  addRegistry(registry: NewRegistry, most: number, audit: NewAudit): Promise<boolean>;
  registry(hash: string, now: string): Promise<Registry | undefined>;
  /** Adds a member if the rules allow it; the registry is as it was left. */
  register(
    hash: string,
    member: Registered,
    now: string,
  ): Promise<{ outcome: 'registered' | 'exists' | 'full'; registry: Registry } | undefined>;
}
