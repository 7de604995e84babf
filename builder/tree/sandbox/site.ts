import { type SimulatedHost, standardHost } from './simulated-host.ts';

/** Where trees are made: on which simulated host, and which folder keeps them; the cache's unless given. */
export interface Site {
  host: SimulatedHost;
  trees?: string;
}

/** Where every release is built. */
export const defaultSite: Site = { host: standardHost };
