import { chooseEntry } from '../../../agent/loader/systemd-boot/choose.ts';
import type { SlotName } from '../../../agent/ports/host.ts';

interface Entry {
  generation: number;
  slot: SlotName;
  triesLeft: number | null;
  triesDone: number;
}

const tries = 3;

/** A host's boot pointer: entries as systemd-boot counts and chooses them; every change is durable at once. */
export class SimEsp {
  entries: Entry[] = [{ generation: 1, slot: 'a', triesLeft: null, triesDone: 0 }];
  #generations = 1;

  /** Whether the next boot takes an entry that still counts its tries. */
  isTrialNext(): boolean {
    return chooseEntry(this.entries)?.triesLeft !== null;
  }

  /** Boots until a slot comes up, counting tries; `comesUp` says whether a slot does. */
  boot(comesUp: (slot: SlotName) => boolean): SlotName {
    for (;;) {
      const entry = chooseEntry(this.entries)!;
      if (entry.triesLeft !== null && entry.triesLeft > 0) {
        entry.triesLeft--;
        entry.triesDone++;
      }
      if (entry.triesLeft === null || comesUp(entry.slot)) return entry.slot;
    }
  }

  /** Forgets a slot, as is done before its first byte changes. */
  clear(slot: SlotName): void {
    this.entries = this.entries.filter((entry) => entry.slot !== slot);
  }

  flip(slot: SlotName): number {
    const pointed = chooseEntry(this.entries);
    if (pointed?.slot === slot && pointed.triesLeft === tries) return pointed.generation;
    this.entries.push({ generation: ++this.#generations, slot, triesLeft: tries, triesDone: 0 });
    return this.#generations;
  }

  unflip(generation: number | 'any'): void {
    this.entries = this.entries.filter((entry) =>
      generation === 'any'
        ? entry.triesLeft === null || entry.triesDone > 0
        : entry.generation !== generation,
    );
  }

  mark(generation: number, triesLeft: null | 0): void {
    const entry = this.entries.find((one) => one.generation === generation);
    if (entry) entry.triesLeft = triesLeft;
  }
}
