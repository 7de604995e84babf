import type { Model } from '../explore.ts';
import type { Taken } from '../paths.ts';
import { breakRules } from './broken-world.ts';
import { Client } from './client.ts';
import type { Fault } from './faults.ts';
import { type Host, isWaiting, newHost } from './host.ts';
import { KnownHosts } from './known-hosts.ts';
import { Labels } from './labels.ts';
import { field, type Message, none, packMessage, unpackMessage } from './layout.ts';
import { LockValues } from './lock-values.ts';
import { Network } from './network.ts';
import type { Setting } from './setting.ts';
import { Symmetry } from './symmetry.ts';
import { Table } from './table.ts';

const anybody = 7;

/** The whole system: hosts that run the state machine, and the etcd between them. */
export class World implements Model {
  readonly width: number;
  readonly initial: Int32Array;
  readonly hosts = new Table<Host>();
  readonly values = new LockValues();
  readonly setting: Setting;
  readonly labels = new Labels();
  readonly #known: KnownHosts;
  readonly #symmetry: Symmetry;
  readonly #client: Client;
  readonly #network: Network;
  #emit: (label: number, to: Int32Array) => void = () => {};
  readonly #to: Int32Array;

  constructor(setting: Setting) {
    this.setting = setting;
    const { hosts, messages, places } = setting;
    this.width = field.hosts + hosts + 2 * messages;
    this.#to = new Int32Array(this.width);
    this.#symmetry = new Symmetry(hosts, messages, this.values);
    this.initial = new Int32Array(this.width).fill(none);
    this.initial[field.value] = this.values.initial(places);
    this.initial[field.version] = 0;
    this.initial[field.bound] = places;
    this.initial[field.faults] = 0;
    this.initial.fill(this.hosts.id(newHost(setting.tasks)), field.hosts, field.hosts + hosts);
    this.#known = new KnownHosts(setting, this.hosts, this.labels);
    this.#client = new Client(this);
    this.#network = new Network(this, this.#client);
  }

  next(state: Int32Array, emit: (label: number, to: Int32Array) => void): void {
    this.#emit = emit;
    const budget = this.setting.maxFaults - state[field.faults]!;
    if (this.setting.reduced && budget <= 0 && this.#quietMove(state)) return;
    for (let host = 0; host < this.setting.hosts; host++) {
      const id = state[field.hosts + host]!;
      const faults = budget > 0 ? this.#known.faults(id) : [];
      for (const move of [...this.#known.free(id), ...faults]) {
        const to = this.begin(state);
        to[field.hosts + host] = move.to;
        if (isWaiting(this.hosts.get(id))) this.#network.abandon(to, host);
        this.end(move.label, move.fault, host);
      }
      this.#powerCut(state, host, budget);
      if (asks(this.hosts.get(id))) this.#client.moves(state, host);
    }
    this.#network.moves(state);
    if (budget > 0) this.#administer(state);
    breakRules(this, state);
  }

  /** Does what one host does unseen, if any has something of the kind to do. */
  #quietMove(state: Int32Array): boolean {
    for (let host = 0; host < this.setting.hosts; host++) {
      const id = state[field.hosts + host]!;
      if (this.#known.isOnlyAtLock(id) && this.#client.effectOf(state, host).kind === 'draw') {
        this.#client.moves(state, host);
        return true;
      }
      const move = this.#known.quiet(id);
      if (!move) continue;
      this.begin(state)[field.hosts + host] = move.to;
      this.end(move.label, undefined, host);
      return true;
    }
    return false;
  }

  canonicalise(state: Int32Array): number {
    if (state[field.faults]! >= this.setting.maxFaults) {
      state[field.before] = none;
      for (let i = 0; i < this.setting.hosts; i++) {
        state[field.hosts + i] = this.#known.settled(state[field.hosts + i]!);
      }
    }
    return this.#symmetry.canonicalise(state);
  }

  violation(state: Int32Array): string | undefined {
    let out = 0;
    for (let i = 0; i < this.setting.hosts; i++) {
      if (this.#known.defied(state[field.hosts + i]!)) return 'a host flips to what its operator gave up';
    }
    for (let i = 0; i < this.setting.hosts; i++) out += this.#known.isOut(state[field.hosts + i]!);
    const allowed = state[field.bound]!;
    return out > allowed ? `${out} hosts are out, ${allowed} may be` : undefined;
  }

  describe(path: readonly Taken[]): string[] {
    let names = this.#symmetry.orders[0]!.map((index) => String.fromCharCode(65 + index));
    return path.map(({ label, permutation }) => {
      const text = label < 0 ? 'start' : this.labelName(label);
      const host = label & 7;
      const described = label < 0 || host === anybody ? text : `${names[host]}: ${text}`;
      names = this.#symmetry.orders[permutation]!.map((old) => names[old]!);
      return described;
    });
  }

  labelName(label: number): string {
    return this.labels.name(label >> 3);
  }

  /** A fresh copy of a state, to be changed and then given to `end`. */
  begin(state: Int32Array): Int32Array {
    this.#to.set(state);
    return this.#to;
  }

  /** Hands the changed copy on under a label; a fault is counted. */
  end(label: string | number, fault?: Fault, host = anybody): void {
    if (fault) {
      if (!this.setting.faults.has(fault)) return;
      this.#to[field.faults] = this.#to[field.faults]! + 1;
    }
    const id = typeof label === 'number' ? label : this.labels.id(label);
    this.#emit((id << 3) | host, this.#to);
  }

  hostOf(state: Int32Array, host: number): Host {
    return this.hosts.get(state[field.hosts + host]!);
  }

  /** Changes one host by a pure function of its number and one more. */
  change(state: Int32Array, host: number, by: (id: number, detail: number) => number, detail = 0): void {
    state[field.hosts + host] = by(state[field.hosts + host]!, detail);
  }

  /** Whether a fault is enabled and the run has one left. */
  can(state: Int32Array, fault: Fault): boolean {
    return state[field.faults]! < this.setting.maxFaults && this.setting.faults.has(fault);
  }

  #messageAt(slot: number): number {
    return field.hosts + this.setting.hosts + 2 * slot;
  }

  /** A place for one more request, or none. */
  freeSlot(state: Int32Array): number {
    for (let slot = 0; slot < this.setting.messages; slot++) {
      if (state[this.#messageAt(slot)] === none) return slot;
    }
    return none;
  }

  message(state: Int32Array, slot: number): Message | undefined {
    const at = this.#messageAt(slot);
    return state[at] === none ? undefined : unpackMessage(state[at]!, state[at + 1]!);
  }

  setMessage(state: Int32Array, slot: number, message: Message | undefined): void {
    const at = this.#messageAt(slot);
    [state[at], state[at + 1]] = message ? packMessage(message) : [none, none];
  }

  /** Puts a value: revisions move on, whatever compared the old one can only fail from now on. */
  commit(state: Int32Array, value: number): void {
    state[field.before] = state[field.value]!;
    state[field.value] = value;
    if (this.setting.extras.has('administrator deletes and writes the key again')) {
      state[field.version] = state[field.version]! + 1;
    }
    const bound = Math.min(state[field.bound]!, this.values.holders(value));
    state[field.bound] = Math.max(this.values.get(value).slots, bound);
    for (let i = 0; i < this.setting.hosts; i++) {
      state[field.hosts + i] = this.#known.aged(state[field.hosts + i]!);
    }
    for (let slot = 0; slot < this.setting.messages; slot++) {
      const message = this.message(state, slot);
      if (message?.kind !== 'swap' || message.guard !== 'revision') continue;
      this.setMessage(state, slot, message.orphan ? undefined : { ...message, live: false, value: none });
    }
  }

  #powerCut(state: Int32Array, index: number, budget: number): void {
    const host = this.hostOf(state, index);
    if (budget <= 0 || host.power === 'off') return;
    const holds = this.values.isHolder(state[field.value]!, index) === 1 && !host.leaving;
    const to = this.begin(state);
    this.change(to, index, this.#known.cut, Number(holds));
    if (isWaiting(host)) this.#network.abandon(to, index);
    this.end('power is cut', 'power is cut', index);
  }

  #administer(state: Int32Array): void {
    const value = state[field.value]!;
    const lowered = this.values.lowered(value);
    const cleared = this.values.cleared(value);
    if (lowered >= 0) {
      this.setting.coverage.branch('setSlots');
      this.commit(this.begin(state), lowered);
      this.end('operator lowers the places', 'operator lowers the places');
    }
    if (cleared >= 0) {
      this.setting.coverage.branch('clearFailed');
      this.commit(this.begin(state), cleared);
      this.end('operator clears failures', 'operator clears failures');
    }
  }

  /** How often each enabled fault fired. */
  faultCounts(fired: ReadonlyMap<number, number>): Map<Fault, number> {
    const counts = new Map<Fault, number>([...this.setting.faults].map((fault) => [fault, 0]));
    for (const [label, count] of fired) {
      const [name = ''] = this.labelName(label).split(' (');
      const before = counts.get(name as Fault);
      if (before !== undefined) counts.set(name as Fault, before + count);
    }
    return counts;
  }
}

/** Whether its agent may turn to the lock now. */
function asks({ agent }: Host): boolean {
  return agent === 'on' || agent === 'again' || agent === 'doubting';
}
