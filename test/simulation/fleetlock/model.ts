import { nonceOf } from '../../../protocol/lock/fleet-semaphore.ts';
import type { Model } from '../explore.ts';
import { Labels } from '../model/labels.ts';
import type { Taken } from '../paths.ts';
import { type Fault, faults, type Setting } from './rules.ts';
import { freshNonce, type Job, type Kind, type State, type Swap } from './state.ts';

const since = '2026-01-01T00:00:00.000Z';
/** Requests of one host that are under way at once. */
const mostRequests = 2;

/**
 * Foreign hosts that speak FleetLock, the server and etcd. Requests of one host arrive in the order in which they were sent,
 * late or never; swaps arrive in any order, or after everybody has forgotten them.
 */
export class FleetLockWorld implements Model {
  readonly width = 1;
  readonly initial: Int32Array;
  readonly setting: Setting;
  readonly labels = new Labels();
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  /** How many hosts are down in each state, and how many may be. */
  readonly #down: [down: number, places: number][] = [];
  #text = '';
  #state!: State;
  #emit: (label: number, to: Int32Array) => void = () => {};

  constructor(setting: Setting) {
    this.setting = setting;
    const each = <T>(make: () => T): T[] => Array.from({ length: setting.hosts }, make);
    const { places: slots, reboots } = setting;
    this.initial = this.#pack({
      value: { format: 1, slots, holders: [] },
      hosts: each(() => ({ phase: 'up', reboots, waits: false })),
      ...{ queues: each(() => []), jobs: each(() => []), swaps: [], faults: 0 },
    });
  }

  next([id = 0]: Int32Array, emit: (label: number, to: Int32Array) => void): void {
    this.#text = this.#texts[id]!;
    this.#state = JSON.parse(this.#text);
    this.#emit = emit;
    for (let host = 0; host < this.setting.hosts; host++) {
      this.#client(host);
      this.#server(host);
    }
    this.#state.swaps.forEach((_, at) => void this.#swap(at));
    if (this.#state.jobs.flat().length > 0 || this.#state.queues.flat().length > 0) this.#restart();
    if (this.setting.rules.expires) this.#expire();
  }

  canonicalise(): number {
    return 0;
  }

  violation([id = 0]: Int32Array): string | undefined {
    const [down, places] = this.#down[id]!;
    return down > places ? `${down} hosts are down, ${places} may be` : undefined;
  }

  describe(path: readonly Taken[]): string[] {
    return path.map(({ label }) => (label < 0 ? 'start' : this.labels.name(label)));
  }

  /** How often each fault fired. */
  faultCounts(fired: ReadonlyMap<number, number>): Map<Fault, number> {
    const counts = new Map<Fault, number>(faults.map((fault) => [fault, 0]));
    for (const [label, count] of fired) {
      const fault = faults.find((each) => this.labels.name(label).endsWith(`: ${each}`));
      if (fault) counts.set(fault, counts.get(fault)! + count);
    }
    return counts;
  }

  #client(index: number): void {
    const { phase, reboots, waits } = this.#state.hosts[index]!;
    const hasRoom = this.#state.queues[index]!.length < mostRequests;
    if (!waits && hasRoom) {
      if (phase === 'asking') this.#send(index, 'take', 'asks again for a place');
      if (phase === 'returning') this.#send(index, 'give', 'unlocks');
      if (phase === 'up') this.#send(index, 'give', 'unlocks once more');
      if (phase === 'up' && reboots > 0) this.#send(index, 'take', 'asks for a place');
    }
    if (phase === 'down') {
      this.#step(index, 'is back', ({ hosts }) => {
        hosts[index]!.phase = 'returning';
      });
    }
    if (waits) {
      this.#fault(index, 'client gives up', (to) => forget(to, index));
      if (this.#state.queues[index]!.some(({ live }) => live)) {
        this.#fault(index, 'request is lost', (to) => {
          forget(to, index);
          to.queues[index]!.pop();
        });
      }
    }
    if (waits && phase === 'returning') {
      this.#fault(index, 'client gives up and goes on without the answer', (to) => {
        forget(to, index);
        to.hosts[index]!.phase = 'up';
      });
    }
    if (phase === 'asking') {
      this.#fault(index, 'agent restarts while it asks', (to) => {
        forget(to, index);
        to.hosts[index]!.phase = 'returning';
      });
    }
  }

  #send(index: number, kind: Kind, words: string): void {
    this.#step(index, words, ({ hosts, queues }) => {
      queues[index]!.push({ kind, live: true });
      const host = hosts[index]!;
      host.waits = true;
      if (kind === 'take' && host.phase === 'up') {
        host.phase = 'asking';
        host.reboots--;
      }
    });
  }

  #server(index: number): void {
    const { inTurn } = this.setting.rules;
    const running = this.#state.jobs[index]!;
    this.#state.queues[index]!.forEach((request, at) => {
      if (inTurn ? at > 0 || running.length > 0 : running.length >= mostRequests) return;
      const id = running.some((job) => job.id === 0) ? 1 : 0;
      const nonce = request.kind === 'take' ? freshNonce(this.#state) : '';
      const begin = (to: State, job: Job) => {
        to.queues[index]!.splice(at, 1);
        to.jobs[index]!.push(job);
      };
      const words = at > 0 || running.length > 0 ? 'out of turn, server' : 'server';
      this.#look(index, { ...request, id, nonce, open: false }, words, begin);
    });
  }

  /** Reads, decides by the shipped rules, and sends a swap if there is something to write. `put` says where the call stands then. */
  #look(index: number, job: Job, words: string, put: (to: State, job: Job) => void): void {
    const { take, give, writesRepeats } = this.setting.rules;
    const value = this.#state.value;
    const host = `h${index}`;
    const held = nonceOf(value, host);
    const send = (next: Job, written: State['value'], isYes = true) =>
      this.#step(index, `${words} reads and sends a swap for ${job.kind}`, (to) => {
        put(to, next);
        to.swaps.push({ host: index, job: job.id, fresh: true, isYes, value: written });
      });
    if (job.kind === 'give') {
      const begun = job.begun === undefined ? (held ?? null) : job.begun;
      send({ ...job, begun }, give(value, host, begun ?? undefined));
    } else if (held !== undefined && !writesRepeats) {
      this.#end(index, job, `${words} reads: it holds one`, true, (to) => put(to, job));
    } else {
      const taken = take(value, { id: host, nonce: job.nonce, since });
      if (!('refused' in taken)) send(job, taken.value);
      else if (job.open) send(job, value, false);
      else this.#end(index, job, `${words} reads: full`, false, (to) => put(to, job));
    }
  }

  #swap(at: number): void {
    const { host, job: id, fresh, isYes } = this.#state.swaps[at]!;
    const applies = fresh || !this.setting.rules.compares;
    const job = id === undefined ? undefined : jobOf(this.#state, host, id);
    if (!job) {
      if (applies) this.#step(host, 'a forgotten swap is applied', (to) => commit(to, at));
      return;
    }
    const replace = (to: State, next: Job) => {
      to.jobs[host] = to.jobs[host]!.map((each) => (each.id === id ? next : each));
    };
    if (!applies) {
      this.#look(host, job, 'swap came too late, server', (to, next) => {
        to.swaps.splice(at, 1);
        replace(to, next);
      });
      return;
    }
    this.#end(host, job, `swap is applied: ${isYes ? 'yes' : 'no'}`, isYes, (to) => commit(to, at));
    if (this.#state.faults >= this.setting.faults) return;
    this.#fault(host, 'swap is applied, its answer is lost', (to) => {
      commit(to, at);
      to.swaps.push({ host, job: job.id, fresh: false, isYes, value: to.value });
      replace(to, { ...job, open: true });
    });
    this.#fault(host, 'swap is slow, the call reads again', (to) => {
      delete to.swaps[at]!.job;
      to.swaps.push({ host, job: job.id, fresh: false, isYes, value: to.value });
      replace(to, { ...job, open: true });
    });
    this.#fault(host, 'call fails, its swap is still under way', (to) => {
      delete to.swaps[at]!.job;
      answer(to, host, job.id, false);
    });
  }

  /** A call ends, and its answer arrives or does not. */
  #end(index: number, { id, live }: Job, words: string, isYes: boolean, before: (to: State) => void): void {
    this.#step(index, words, (to) => {
      before(to);
      answer(to, index, id, isYes);
    });
    if (!live) return;
    this.#fault(index, 'answer is lost', (to) => {
      before(to);
      forget(to, index);
      answer(to, index, id, isYes);
    });
  }

  #restart(): void {
    this.#fault(0, 'server restarts', (to) => {
      for (const swap of to.swaps) delete swap.job;
      to.swaps = to.swaps.filter(({ fresh }) => fresh || !this.setting.rules.compares);
      for (let host = 0; host < to.hosts.length; host++) {
        Object.assign(to.hosts[host]!, { waits: false });
        to.queues[host] = [];
        to.jobs[host] = [];
      }
    });
  }

  #expire(): void {
    for (const { id } of this.#state.value.holders) {
      this.#step(Number(id.slice(1)), 'place ends by itself', (to) => {
        to.value.holders = to.value.holders.filter((holder) => holder.id !== id);
        for (const swap of to.swaps) swap.fresh = false;
      });
    }
  }

  #fault(index: number, fault: Fault, change: (to: State) => void): void {
    if (this.#state.faults >= this.setting.faults) return;
    this.#step(index, fault, (to) => {
      change(to);
      to.faults++;
    });
  }

  #step(index: number, words: string, change: (to: State) => void): void {
    const to = JSON.parse(this.#text) as State;
    change(to);
    if (this.setting.rules.compares)
      to.swaps = to.swaps.filter(({ fresh, job }) => fresh || job !== undefined);
    this.#emit(this.labels.id(`${String.fromCharCode(65 + index)}: ${words}`), this.#pack(to));
  }

  #pack(state: State): Int32Array {
    const text = JSON.stringify(state);
    const known = this.#ids.get(text);
    if (known !== undefined) return new Int32Array([known]);
    this.#ids.set(text, this.#texts.length);
    this.#texts.push(text);
    this.#down.push([state.hosts.filter(({ phase }) => phase === 'down').length, state.value.slots]);
    return new Int32Array([this.#texts.length - 1]);
  }
}

function jobOf(state: State, host: number, id: number): Job | undefined {
  return state.jobs[host]!.find((job) => job.id === id);
}

/** Whatever its client waited for, it hears of no more. */
function forget({ hosts, queues, jobs }: State, host: number): void {
  hosts[host]!.waits = false;
  for (const request of [...queues[host]!, ...jobs[host]!]) request.live = false;
}

/** A swap is applied: whatever compared the value before can only fail from now on. */
function commit(state: State, at: number): void {
  const [swap] = state.swaps.splice(at, 1) as [Swap];
  state.value = swap.value;
  for (const other of state.swaps) other.fresh = false;
}

function answer(state: State, index: number, id: number, isYes: boolean): void {
  const { kind, live } = jobOf(state, index, id)!;
  state.jobs[index] = state.jobs[index]!.filter((job) => job.id !== id);
  if (!live) return;
  const host = state.hosts[index]!;
  host.waits = false;
  if (!isYes) return;
  if (kind === 'take' && host.phase === 'asking') host.phase = 'down';
  if (kind === 'give' && host.phase === 'returning') host.phase = 'up';
}
