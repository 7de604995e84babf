import type { Running, SlotName } from '../../../agent/ports/host.ts';
import { runAgent } from '../../../agent/run/run.ts';
import type { EventBody } from '../../../agent/state-machine/event.ts';
import { freshMemory, type Memory } from '../../../agent/state-machine/memory.ts';
import { SimEsp } from './esp.ts';
import type { Fleet } from './fleet.ts';
import { openPorts } from './ports.ts';
import { rootHashOf } from './server.ts';

/** One run of the agent's process; what it started goes on in the world when it is killed. */
export interface Life {
  alive: boolean;
  stop: AbortController;
}

/** A whole host: power, boots, disk, and the shipped agent on it. */
export class SimHost {
  readonly name: string;
  readonly esp = new SimEsp();
  readonly slots: Record<SlotName, string | null> = { a: '1', b: null };
  slot: SlotName = 'a';
  boot = 1;
  isUp = true;
  /** The agent's file; what was not saved is lost with the process. */
  disk: string;
  life: Life | null = null;
  isCut = false;
  /** Versions whose health checks fail here, and versions that do not come up here. */
  readonly sick = new Set<string>();
  readonly dead = new Set<string>();
  hooksFail = 0;
  /** Never comes back from its next reboot. */
  isLost = false;
  /** Down or unproven because of an update. */
  out = false;
  /** It has asked to give its place back since it took it. */
  leaving = false;
  orders: EventBody[] = [];
  readonly #fleet: Fleet;

  constructor(fleet: Fleet, name: string) {
    this.#fleet = fleet;
    this.name = name;
    this.disk = JSON.stringify(freshMemory(fleet.schedule.date().toISOString()));
  }

  get memory(): Memory {
    return JSON.parse(this.disk);
  }

  get version(): string {
    return this.slots[this.slot] ?? '';
  }

  running(): Running {
    const { version } = this;
    const bootId = `${this.name}-boot-${this.boot}`;
    return { bootId, slot: this.slot, rootHash: rootHashOf(version), name: 'core', version, arch: 'x86-64' };
  }

  /** Starts the agent unless it runs; when it ends, the timer starts it again in time. */
  start(): void {
    if (!this.isUp || this.life) return;
    const life: Life = { alive: true, stop: new AbortController() };
    this.life = life;
    const orders = this.orders.splice(0);
    const options = {
      ...{ name: null, pollSeconds: 1800, retrySeconds: 240, orders, signal: life.stop.signal },
      onProgress: () => {},
    };
    const store = {
      load: async () => ({ memory: this.memory, problem: null }),
      save: async (memory: Memory) => {
        const text = JSON.stringify(memory);
        await this.#fleet.spend(life, 20);
        this.disk = text;
      },
    };
    runAgent(openPorts(this.#fleet, this, life), store, options).then(
      () => this.#ended(life),
      () => this.#ended(life),
    );
  }

  /** The agent's process is gone at once. */
  kill(): void {
    if (!this.life) return;
    this.life.alive = false;
    this.life.stop.abort();
    this.life = null;
  }

  /** Power ends; what an update caused, or a place promised, counts. */
  cutPower(byReboot: boolean): void {
    if (!this.isUp) return;
    this.kill();
    const holds = this.#fleet.etcd.value.holders.some(({ host }) => host === this.name) && !this.leaving;
    if (byReboot || this.esp.isTrialNext() || holds) this.#fleet.setOut(this, true);
    this.isUp = false;
    this.#fleet.log(this, byReboot ? 'goes down' : 'loses power');
    if (byReboot && this.isLost) return;
    const { random, schedule } = this.#fleet;
    const isSlow = random.chance(0.02);
    schedule.after(random.between(40, 120) * (isSlow ? 20_000 : 1000), () => this.#comeUp());
  }

  #comeUp(): void {
    this.slot = this.esp.boot((slot) => !this.dead.has(this.slots[slot] ?? ''));
    this.boot++;
    this.isUp = true;
    this.#fleet.log(this, `boots ${this.version}`);
    this.startIn(10, 40);
  }

  startIn(low: number, high: number): void {
    const { random, schedule } = this.#fleet;
    const { boot } = this;
    schedule.after(random.between(low, high) * 1000, () => {
      if (this.boot === boot) this.start();
    });
  }

  #ended(life: Life): void {
    if (this.life !== life) return;
    this.life = null;
    const { wait } = this.memory;
    const { random, schedule } = this.#fleet;
    const pause = wait ? Math.max(0, schedule.since(wait.until) - schedule.now) : 0;
    const seconds = Math.ceil(pause / 1000) + random.between(1, 60);
    this.startIn(seconds, seconds);
  }
}
