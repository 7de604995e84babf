import type { Running, SlotName } from './host.ts';
import type { Target } from './trust.ts';

/** A boot entry on the ESP. */
export interface LoaderEntry {
  generation: number;
  slot: SlotName;
  /** First 16 hex digits of the slot's root hash, from the UKI's name. */
  rootHashPrefix: string;
  title: string;
  /** null: blessed, boots without counting. */
  triesLeft: number | null;
  triesDone: number;
}

/** The boot pointer; every call is idempotent and durable when it returns. */
export interface LoaderPort {
  /** Repairs what a power cut can leave on the ESP; what was marked good is remembered there. */
  tidy(running: Running): Promise<void>;
  /** Points the next boots at the inactive slot, with a limited number of tries. Returns the entry's generation. */
  flip(target: Target, running: Running): Promise<number>;
  /** Takes a flip back before the reboot; `any`: whichever was made since the running slot booted. */
  unflip(generation: number | 'any'): Promise<void>;
  /** Marks the booted entry good: no counter any more. */
  markGood(generation: number): Promise<void>;
  /** Marks an entry bad: the next boot takes the other one. */
  markBad(generation: number): Promise<void>;
  /** Points at the other slot as it is, if it was marked good and is whole: the local operator's rollback. */
  flipBack(running: Running): Promise<number>;
  /** What is on the ESP, in the order in which systemd-boot tries it. */
  entries(): Promise<LoaderEntry[]>;
}
