import { openNoLock } from '../../agent/lock/none.ts';
import type { Running } from '../../agent/ports/host.ts';
import type { Ports } from '../../agent/ports/ports.ts';
import type { Target } from '../../agent/ports/trust.ts';
import { perform } from '../../agent/run/perform.ts';
import type { Event, EventBody } from '../../agent/state-machine/event.ts';
import { freshMemory, type Memory } from '../../agent/state-machine/memory.ts';
import { step } from '../../agent/state-machine/step.ts';
import type { CheckInAnswer } from '../../protocol/api/check-in.ts';
import type { Release } from '../../protocol/documents/release.ts';
import type { Post } from './sockets.ts';

/** What all hosts of a run share. */
export interface Surroundings {
  now(): Date;
  post: Post;
  /** Waits in the run's own time. */
  sleep(ms: number): Promise<void>;
  checkedIn(): void;
}

const bootMs = 60_000;
const writeMs = 180_000;
const settleMs = 60_000;
const pollSeconds = 300;
const rootHashOf = (version: string) => version.replace('.', '').padEnd(64, '0');

/** The shipped machine and its effects on a host whose disk, lock and reboots take time and nothing else. */
export class BenchHost {
  readonly #number: number;
  readonly #isBad: boolean;
  readonly #around: Surroundings;
  #memory: Memory;
  #version = '1.0';
  #other: string | null = null;
  #boot = 1;
  #generation = 1;
  #isOnTrial = false;

  constructor(number: number, isBad: boolean, around: Surroundings) {
    this.#number = number;
    this.#isBad = isBad;
    this.#around = around;
    this.#memory = freshMemory(around.now().toISOString());
  }

  get version(): string {
    return this.#version;
  }

  /** Does what is due until the machine waits; gives the time at which it wants to run again. */
  async run(): Promise<number> {
    const signal = new AbortController().signal;
    let effect = this.#apply({
      kind: 'started',
      running: this.#running(),
      generation: this.#generation,
      blessed: !this.#isOnTrial,
      generations: [this.#generation],
      retrySeconds: 60,
    });
    while (effect) {
      const context = { memory: this.#memory, running: this.#running(), name: 'core', pollSeconds, signal };
      const event = await perform(effect, this.#ports(), { ...context, onProgress: () => {} });
      await this.#report();
      if (!event) return this.run();
      effect = this.#apply(event);
    }
    await this.#report();
    return Date.parse(this.#memory.wait!.until) + Math.random() * 30_000;
  }

  #apply(event: EventBody) {
    const result = step(this.#memory, { ...event, time: this.#around.now().toISOString() } as Event);
    this.#memory = result.memory;
    return result.effects[0];
  }

  async #report(): Promise<void> {
    const { reports } = this.#memory;
    if (reports.length === 0) return;
    await this.#around.post('/v1/reports', `secret-${this.#number}`, { reports });
    this.#apply({ kind: 'reported', ids: reports.map(({ id }) => id) });
  }

  #running(): Running {
    const version = this.#version;
    const bootId = `boot-${this.#number}-${this.#boot}`;
    return {
      bootId,
      slot: this.#other ? 'b' : 'a',
      rootHash: rootHashOf(version),
      name: 'core',
      version,
      arch: 'x86-64',
    };
  }

  async #reboot(): Promise<void> {
    await this.#around.sleep(bootMs);
    this.#boot++;
    if (this.#isOnTrial) {
      // condemned: the old slot comes back
      [this.#version, this.#other, this.#isOnTrial] = ['1.0', null, false];
      this.#generation = 1;
    } else {
      [this.#version, this.#isOnTrial] = [this.#other!, true];
    }
  }

  #ports(): Ports {
    const { now, post, sleep, checkedIn } = this.#around;
    const secret = `secret-${this.#number}`;
    return {
      host: {
        running: async () => this.#running(),
        readRoot: async () => {},
        reboot: () => this.#reboot(),
      },
      slot: { write: () => sleep(writeMs) },
      loader: {
        tidy: async () => {},
        flip: async (target) => {
          this.#other = target.version;
          return ++this.#generation;
        },
        flipBack: async () => ++this.#generation,
        unflip: async () => {},
        markGood: async () => {
          this.#isOnTrial = false;
        },
        markBad: async () => {},
        entries: async () => [],
      },
      lock: { place: () => ({ kind: 'none', endpoints: [], group: 'web', host: 'host' }), ...openNoLock() },
      trust: { accept: async ({ version, grant }) => targetOf(version, grant) },
      server: {
        checkIn: async (said) => {
          checkedIn();
          const body = { ...said, channel: 'stable', group: 'web' };
          return (await post('/v1/check-in', secret, body)) as CheckInAnswer;
        },
        report: async () => {},
      },
      scripts: {
        hooks: async () => {},
        health: async () => {
          await sleep(settleMs);
          return this.#isBad && this.#version !== '1.0'
            ? { ok: false, check: 'bad', problem: 'bad' }
            : { ok: true };
        },
      },
      clock: { now, sleep, nonce: () => '0'.repeat(32) },
    };
  }
}

function targetOf(version: string, grant: string | null): Target {
  return {
    version,
    grant,
    rootHash: rootHashOf(version),
    releaseSha256: 'd'.repeat(64),
    release: {} as Release,
  };
}
