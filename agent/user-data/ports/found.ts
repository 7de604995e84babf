import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';
import type { NetworkPlan } from './network-plan.ts';

/** The two times at which user-data is looked for: before the network is configured, and once it is. */
export type Stage = 'local' | 'network';

/** What a source says of this host. */
export interface Found {
  source: SourceName;
  /** Another id is another host, even on the same disk. */
  instanceId: string;
  /** As it was given, unless the source itself wraps it in base64. */
  userData?: Uint8Array;
  hostname?: string;
  /** Lines of `authorized_keys`. */
  sshKeys: string[];
  network?: NetworkPlan;
  /** Why what it says of the network is not taken; the image’s own network stays. */
  networkProblem?: string;
  /** It comes from the machine’s firmware or its hypervisor: who can write its disks, or is on its network, cannot have made it. */
  trusted: boolean;
}

/** Why a source said nothing. */
export interface Miss {
  source: SourceName;
  reason: string;
  /** It is there, and could not be read; otherwise this machine has none. */
  failed: boolean;
}

/** The outcome of one stage. */
export interface Search {
  found: Found | null;
  misses: Miss[];
  /** Nothing was found, and a metadata service may know more once there is a network. */
  askNetwork: boolean;
}
