import type { Running, SlotName } from '../../agent/ports/host.ts';
import { runAgent } from '../../agent/run/run.ts';
import { freshMemory, type Memory } from '../../agent/state-machine/memory.ts';
import type { Etcd, EtcdOptions } from '../../system/etcd/etcd.ts';
import { SimEsp } from '../simulation/fleet/esp.ts';
import type { Random } from '../simulation/fleet/random.ts';
import { openPorts } from './ports.ts';
import type { Recorder, Wish } from './record.ts';
import { type Releases, rootHashOf } from './releases.ts';

/** What hosts have in common. */
export interface World {
  random: Random;
  record: Recorder;
  releases: Releases;
  /** Clients of etcd as they ship, or with a mistake in them. */
  open(options: EtcdOptions, wish: Wish): Etcd;
}

/** One host's own settings. */
export interface HostOptions {
  name: string;
  group: string;
  endpoints: string[];
  /** The etcd member on this host; it goes down and comes up with it. Without a name the agent does not know of it. */
  member?: { name?: string; down(): Promise<void>; up(): void };
}

/** One run of the agent's process; `open` are its connections, which end with it. */
export interface Life {
  alive: boolean;
  stop: AbortController;
  open: Set<Etcd>;
}

/** The phases in which the memory on the disk says that a place is held. */
const holding: readonly Memory['phase']['at'][] = ['locked', 'flipped', 'rebooting'];

/** A modelled host in real time: power, boots, disk and boot pointer, with the shipped agent on it. */
export class Host {
  readonly options: HostOptions;
  readonly esp = new SimEsp();
  readonly slots: Record<SlotName, string | null> = { a: '1', b: null };
  slot: SlotName = 'a';
  boot = 1;
  isUp = true;
  isOver = false;
  /** The agent's file; what was not saved is lost with the process. */
  disk = JSON.stringify(freshMemory(new Date().toISOString()));
  life: Life | null = null;
  readonly #world: World;

  constructor(world: World, options: HostOptions) {
    this.#world = world;
    this.options = options;
  }

  get name(): string {
    return this.options.name;
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
    if (!this.isUp || this.life || this.isOver) return;
    const life: Life = { alive: true, stop: new AbortController(), open: new Set() };
    this.life = life;
    const options = {
      ...{ name: null, pollSeconds: 0.1, retrySeconds: 0.1, signal: life.stop.signal },
      onProgress: () => {},
    };
    const store = {
      load: async () => ({ memory: this.memory, problem: null }),
      save: async (memory: Memory) => {
        const text = JSON.stringify(memory);
        await spend(life, this.#world.random.between(0, 3));
        const before = this.memory.phase.at;
        if (before !== memory.phase.at) this.#world.record.log(this.name, `is ${memory.phase.at}`);
        this.disk = text;
      },
    };
    runAgent(openPorts(this.#world, this, life), store, options).then(
      () => this.#ended(life),
      (error) => {
        this.#world.record.count(`agent ended: ${error.code ?? error.message}`);
        this.#ended(life);
      },
    );
  }

  /** The agent's process is gone at once, and so are its connections; what they carried is still under way. */
  kill(): void {
    const { life } = this;
    if (!life) return;
    this.#world.record.log(this.name, 'agent ends');
    life.alive = false;
    for (const etcd of life.open) etcd.close();
    life.stop.abort();
    this.life = null;
  }

  /** Power ends; what an update caused, or a place promised, counts as out. */
  cutPower(byReboot: boolean): void {
    if (!this.isUp || this.isOver) return;
    this.kill();
    const { record } = this.#world;
    const isHolding = holding.includes(this.memory.phase.at);
    const isTrial = this.esp.isTrialNext();
    const why = `goes down${byReboot ? ' as asked' : ''}${isTrial ? ', on trial next' : ''}${isHolding ? ', holding' : ''}`;
    if (byReboot || isTrial || isHolding) record.setOut(this.name, true, why);
    else record.log(this.name, why);
    this.isUp = false;
    const { member } = this.options;
    const down = member?.down() ?? Promise.resolve();
    const { random } = this.#world;
    void down.then(() =>
      setTimeout(
        () => {
          member?.up();
          this.#comeUp();
        },
        random.between(50, 300),
      ),
    );
  }

  startIn(ms: number): void {
    const { boot } = this;
    setTimeout(() => this.boot === boot && this.start(), ms);
  }

  /** The end of the run: nothing of this host goes on. */
  end(): void {
    this.isOver = true;
    this.kill();
  }

  #comeUp(): void {
    const { releases, record } = this.#world;
    this.slot = this.esp.boot((slot) => releases.fateOf(this.slots[slot] ?? '', this.name) !== 'dead');
    this.boot++;
    this.isUp = true;
    record.count('boots');
    record.log(this.name, `boots ${this.version} as boot ${this.boot}`);
    this.startIn(this.#world.random.between(5, 40));
  }

  #ended(life: Life): void {
    if (this.life !== life) return;
    this.life = null;
    const { wait } = this.memory;
    const pause = wait ? Math.max(0, Date.parse(wait.until) - Date.now()) : 0;
    this.startIn(pause + this.#world.random.between(5, 50));
  }
}

/** Time passes for a run of an agent, unless it is killed meanwhile. */
export function spend(life: Life, ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => life.alive && resolve(), ms);
  });
}
