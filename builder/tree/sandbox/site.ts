import { type SimulatedHost, standardHost } from './simulated-host.ts';

/** Where trees are made: the simulated host, and the folder that keeps them; the cache's by default. */
export interface Site {
  host: SimulatedHost;
  trees?: string;
}

/** The site of every build. */
export const defaultSite: Site = { host: standardHost };
