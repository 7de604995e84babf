import { buildMachine, type Machine } from './machine.ts';

/** Where trees are made: on which made-up machine, and which folder keeps them; the cache's unless given. */
export interface Site {
  machine: Machine;
  trees?: string;
}

/** Where every release is built. */
export const usualSite: Site = { machine: buildMachine };
