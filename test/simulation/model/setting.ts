import { Coverage } from './coverage.ts';
import { type Extra, type Fault, faults } from './faults.ts';
import { type Rules, shipped } from './rules.ts';

/** Which system is explored, and how far. */
export interface Setting {
  hosts: number;
  /** Places: how many hosts may be out at once. */
  places: number;
  /** Hosts start with version 0 and are offered each one up to this. */
  head: number;
  /** Maintenance that each host may be ordered, a reboot or a command. */
  tasks: number;
  /** Requests under way at once, answered or not. */
  messages: number;
  maxFaults: number;
  faults: ReadonlySet<Fault>;
  extras: ReadonlySet<Extra>;
  /**
   * Without faults left, what one host does unseen is done at once instead of in every order with what others do.
   * Finds a violation whenever there is one, but not with a shortest trace.
   */
  reduced: boolean;
  rules: Rules;
  coverage: Coverage;
}

/** The shipped system with every fault, unless a check sets otherwise. */
export function newSetting(wanted: Partial<Setting> = {}): Setting {
  return {
    hosts: 2,
    places: 1,
    head: 2,
    tasks: 0,
    messages: 2,
    maxFaults: 2,
    faults: new Set(faults),
    extras: new Set(),
    reduced: false,
    rules: shipped,
    coverage: new Coverage(),
    ...wanted,
  };
}
