import { agentMoves } from './agent-moves.ts';
import type { Fault } from './faults.ts';
import { aged, type Host } from './host.ts';
import type { Labels } from './labels.ts';
import { operatorMoves } from './operator-moves.ts';
import { powerMoves } from './power-moves.ts';
import type { Setting } from './setting.ts';
import { remember, type Table } from './table.ts';
import { taskMoves } from './task-moves.ts';

interface KnownMove {
  label: number;
  fault: Fault | undefined;
  to: number;
}

/** What hosts do by themselves, by number: computed once per distinct host and looked up ever after. */
export class KnownHosts {
  readonly #setting: Setting;
  readonly #hosts: Table<Host>;
  readonly #labels: Labels;

  constructor(setting: Setting, hosts: Table<Host>, labels: Labels) {
    this.#setting = setting;
    this.#hosts = hosts;
    this.#labels = labels;
  }

  /** What costs no fault. */
  readonly free = remember((id) => this.#moves(id).filter(({ fault }) => fault === undefined));

  /** What costs a fault; only asked for where one is left, so that what is counted was also taken. */
  readonly faults = remember((id) => this.#moves(id, true).filter(({ fault }) => fault !== undefined));

  #moves(id: number, isFaulty = false): KnownMove[] {
    const host = this.#hosts.get(id);
    const found: KnownMove[] = [];
    const add = (label: string, fault: Fault | undefined, to: Host) =>
      found.push({ label: this.#labels.id(label), fault, to: this.#hosts.id(to) });
    const moves = {
      did: (label: string, to: Host) => void add(label, undefined, to),
      went: (fault: Fault, to: () => Host, detail?: string) => {
        if (!isFaulty || !this.#setting.faults.has(fault)) return;
        add(detail ? `${fault} (${detail})` : fault, fault, to());
      },
    };
    agentMoves(host, this.#setting, moves);
    taskMoves(host, this.#setting, moves);
    if (isFaulty) operatorMoves(host, this.#setting, moves);
    powerMoves(host, moves);
    return found;
  }

  /** Power ends; `holds` is 1 for a host whose place promises that it may be down. */
  readonly cut = remember((id, holds) => {
    const host = this.#hosts.get(id);
    const out = host.out || host.trial !== null || holds === 1;
    return this.#hosts.id({ ...host, power: 'off', asked: false, agent: 'off', task: 'none', out });
  });

  readonly aged = remember((id) => this.#hosts.id(aged(this.#hosts.get(id))));

  readonly defied = remember((id) => (this.#hosts.get(id).defied ? 1 : 0));

  readonly isOut = remember((id) => (this.#hosts.get(id).out ? 1 : 0));

  /**
   * The one thing a host does next, when nothing can go wrong any more and nothing else shows when it is done:
   * it changes neither the lock nor who is out, and nothing others do changes it.
   */
  readonly quiet = remember((id): KnownMove | null => {
    const [only, ...others] = this.free(id);
    if (!only || only.to === id || others.length > 0 || this.isAtLock(id)) return null;
    return this.isOut(only.to) === this.isOut(id) ? only : null;
  });

  /** Whether the next thing its agent does is the lock's business. */
  readonly isAtLock = remember((id) => {
    const { agent, memory } = this.#hosts.get(id);
    const [effect] = agent === 'off' ? [] : this.#setting.rules.effectsOf(memory);
    return effect ? ['draw', 'acquire', 'release', 'cancel'].includes(effect.kind) : false;
  });

  /** Whether nothing but the lock is left for it to do. */
  readonly isOnlyAtLock = remember((id) => this.isAtLock(id) && this.free(id).length === 0);

  /** Without faults left, what only faults read does not matter. */
  readonly settled = remember((id) => this.#hosts.id({ ...aged(this.#hosts.get(id)), leaving: false }));
}
