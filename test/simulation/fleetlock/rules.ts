import { givePlace, takePlace } from '../../../protocol/lock/fleet-semaphore.ts';

/** What the model runs, each of which a mutant may replace. */
export interface Rules {
  take: typeof takePlace;
  give: typeof givePlace;
  /** A repeated take by the holder is written with a new nonce. */
  writesRepeats: boolean;
  /** Swaps compare what was read. */
  compares: boolean;
  /** Calls of one host are done in the order in which they arrived. */
  inTurn: boolean;
  /** Places end by themselves. */
  expires: boolean;
}

/** As it ships. */
export const shipped: Rules = {
  take: takePlace,
  give: givePlace,
  writesRepeats: true,
  compares: true,
  inTurn: true,
  expires: false,
};

/** What goes wrong, each time it does out of one budget. */
export const faults = [
  'client gives up',
  'client gives up and goes on without the answer',
  'request is lost',
  'answer is lost',
  'agent restarts while it asks',
  'server restarts',
  'call fails, its swap is still under way',
  'swap is slow, the call reads again',
  'swap is applied, its answer is lost',
] as const;
export type Fault = (typeof faults)[number];

/** Which system is explored, and how far. */
export interface Setting {
  hosts: number;
  places: number;
  /** Reboots of each host. */
  reboots: number;
  faults: number;
  rules: Rules;
}
