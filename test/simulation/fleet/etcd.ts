import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { LockValue } from '../../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../../protocol/lock/semaphore.ts';
import type { Etcd, Stored } from '../../../system/etcd/etcd.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';

const timeoutMs = 9000;
const connectMs = 3000;

/** What a client of one host knows of the network, and what it wants to know about its swaps. */
export interface Link {
  isCut(): boolean;
  /** False once the agent behind it is gone; what it sent is still under way. */
  isAlive(): boolean;
  sent(): void;
  applied(): void;
}

/** A linearizable store with one key, on a network and a cluster that misbehave as etcd's do. */
export class SimEtcd {
  text: string;
  revision = 1;
  readonly #schedule: Schedule;
  readonly #random: Random;
  #before: Stored;
  #pausedUntil = 0;
  #electingUntil = 0;
  onChange: (value: LockValue) => void = () => {};

  constructor(schedule: Schedule, random: Random, places: number) {
    this.#schedule = schedule;
    this.#random = random;
    this.text = JSON.stringify(emptyLock(places));
    this.#before = this.#stored();
  }

  get value(): LockValue {
    return JSON.parse(this.text);
  }

  /** The members stop; what was sent waits in their buffers. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#schedule.now + ms);
  }

  /** The leader changes: requests are lost, or applied long after their clients gave up; reads may be old. */
  elect(ms: number): void {
    this.#electingUntil = Math.max(this.#electingUntil, this.#schedule.now + ms);
  }

  /** An operator's change, made at once. */
  put(value: LockValue): void {
    this.#before = this.#stored();
    this.text = JSON.stringify(value);
    this.revision++;
    this.onChange(value);
  }

  open(link: Link): Etcd {
    return {
      read: (_key) =>
        this.#request(link, () => {
          const isOld = this.#isElecting() && this.#random.chance(0.3);
          const stored = isOld ? this.#before : this.#stored();
          return { clusterId: 'c1', revision: stored.revision, found: stored };
        }),
      swap: (_key, expected, text) => {
        if (!link.isCut()) link.sent();
        return this.#request(link, () => {
          const won = expected?.revision === String(this.revision) && expected.text === this.text;
          if (won) {
            this.put(JSON.parse(text));
            link.applied();
          }
          return { clusterId: 'c1', revision: String(this.revision), won };
        });
      },
      call: async () => ({}),
      rest: (conflicts) => this.#sleep(link, this.#random.fraction() * 40 * Math.min(conflicts, 8)),
      troubles: () => [],
      close: () => {},
    };
  }

  #request<T>(link: Link, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const settle = (how: () => void) => {
        if (isOver || !link.isAlive()) return;
        isOver = true;
        how();
      };
      const later = (ms: number, how: () => void) => this.#schedule.after(ms, () => settle(how));
      if (link.isCut()) {
        return later(connectMs, () =>
          reject(new InterlockError('unreachable', { url: 'etcd', problem: 'cut off' })),
        );
      }
      const unknown = () => new InterlockError('lock_unknown', { problem: `no answer in ${timeoutMs} ms` });
      later(timeoutMs, () => reject(unknown()));
      if (this.#isElecting() && this.#random.chance(0.4)) return;
      this.#schedule.after(this.#delay(), () => {
        const answer = work();
        if (link.isCut()) return;
        if (this.#isElecting() && this.#random.chance(0.3)) return;
        later(this.#random.between(1, 10), () => resolve(answer));
      });
    });
  }

  #delay(): number {
    const { now } = this.#schedule;
    const paused = Math.max(0, this.#pausedUntil - now);
    const stuck = this.#isElecting() && this.#random.chance(0.5) ? this.#random.between(5_000, 600_000) : 0;
    return paused + stuck + this.#random.between(1, 10);
  }

  #isElecting(): boolean {
    return this.#schedule.now < this.#electingUntil;
  }

  #sleep(link: Link, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#schedule.after(ms, () => link.isAlive() && resolve());
    });
  }

  #stored(): Stored {
    return { text: this.text, revision: String(this.revision) };
  }
}
