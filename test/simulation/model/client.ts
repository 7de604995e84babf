import type { Hold } from '../../../agent/ports/lock.ts';
import type { Refused } from '../../../protocol/lock/semaphore.ts';
import { handle } from './agent-moves.ts';
import { answerOf, type Ending, nonceOf } from './answers.ts';
import { Coverage } from './coverage.ts';
import type { Fault } from './faults.ts';
import type { Host } from './host.ts';
import { field, none } from './layout.ts';
import { change, type LockEffect, nameOf } from './lock-values.ts';
import type { World } from './model.ts';
import { clusterId, place } from './releases.ts';
import { remember } from './table.ts';

const endings: readonly Ending[] = [
  ...(['succeeds', 'unknown', 'internal', 'full', 'failure_stop'] as const),
  ...(['rewound', 'foreign_hold', 'quorum', 'unreachable'] as const),
];

const maxHosts = 8;

/** `system/lock/swap-lock.ts` and its callers in `agent/lock`, as separate steps: read, change, send the swap. */
export class Client {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** What the lock effect of a running agent can lead to. */
  moves(state: Int32Array, host: number): void {
    const effect = this.effectOf(state, host);
    if (effect.kind === 'draw') this.#draw(state, host);
    if (effect.kind !== 'acquire' && effect.kind !== 'release' && effect.kind !== 'cancel') return;
    this.#read(state, host, effect, state[field.value]!, true);
    const stale = state[field.before]!;
    if (stale !== none && this.#world.can(state, 'stale read')) this.#read(state, host, effect, stale, false);
    const cannot = (fault: Fault, ending: Ending) => {
      if (!this.#world.can(state, fault)) return;
      this.end(this.#world.begin(state), host, ending);
      this.#world.end(`${fault} (${effect.kind})`, fault, host);
    };
    const { agent } = this.#world.hostOf(state, host);
    const isFirst = agent === 'on';
    cannot('lock is unreachable', effect.kind === 'acquire' && isFirst ? 'unreachable' : 'unknown');
    if (agent === 'doubting') this.#getsNothing(state, host, effect);
    if (effect.kind === 'acquire' && isFirst) cannot('quorum would be lost', 'quorum');
  }

  /** In a mutant's world the endpoint after the slow one is gone, and that costs no fault. */
  #getsNothing(state: Int32Array, host: number, effect: LockEffect): void {
    const { extras, rules } = this.#world.setting;
    if (!extras.has('the next endpoint gets nothing')) return;
    const isBelieved = effect.kind === 'acquire' && rules.lastEndpointDecides;
    this.end(this.#world.begin(state), host, isBelieved ? 'unreachable' : 'unknown');
    this.#world.end(`${effect.kind}: the next endpoint gets nothing`, undefined, host);
  }

  /** Gives the agent the result of its operation. */
  end(state: Int32Array, host: number, ending: Ending): void {
    this.#world.change(state, host, this.#ended, endings.indexOf(ending));
  }

  /** The agent's client starts again with a read. */
  restart(state: Int32Array, host: number): void {
    this.#world.change(state, host, this.#restarted);
  }

  /** The agent's client goes on with a read at another endpoint; the request before it may still arrive. */
  moveOn(state: Int32Array, host: number): void {
    this.#world.change(state, host, this.#doubted);
  }

  /** How a swap that was applied ends: in doubt it may only have written again what refuses the client. */
  endingOf(state: Int32Array, host: number, value: number): Ending {
    if (this.#world.hostOf(state, host).agent !== 'waiting in doubt' || value === none) return 'succeeds';
    return endings[this.#settled(state[field.hosts + host]!, value * maxHosts + host)]!;
  }

  effectOf(state: Int32Array, host: number): LockEffect | { kind: 'draw' } | { kind: 'other' } {
    return this.#effect(state[field.hosts + host]!);
  }

  readonly #effect = remember((id): LockEffect | { kind: 'draw' } | { kind: 'other' } => {
    const [effect] = this.#world.setting.rules.effectsOf(this.#world.hosts.get(id).memory);
    switch (effect?.kind) {
      case 'acquire':
      case 'release':
      case 'cancel':
      case 'draw':
        return effect;
      default:
        return { kind: 'other' };
    }
  });

  readonly #ended = remember((id, ending) => {
    const { hosts, setting } = this.#world;
    const happening = answerOf(this.#effect(id) as LockEffect, endings[ending]!);
    return hosts.id(handle(hosts.get(id), happening, setting));
  });

  readonly #restarted = remember((id) => {
    const { hosts } = this.#world;
    const host = hosts.get(id);
    return hosts.id({ ...host, agent: host.agent === 'waiting in doubt' ? 'doubting' : 'again' });
  });

  readonly #doubted = remember((id) => {
    const { hosts } = this.#world;
    return hosts.id({ ...hosts.get(id), agent: 'doubting' });
  });

  readonly #settled = remember((id, view) => {
    const { values, hosts, setting } = this.#world;
    const effect = this.#effect(id) as LockEffect;
    const uncounted = { ...setting, coverage: new Coverage() };
    const value = values.get(Math.floor(view / maxHosts));
    const changed = change(value, effect, hosts.get(id), nameOf(view % maxHosts), uncounted);
    return endings.indexOf('refused' in changed ? refusal(effect, changed.refused) : 'succeeds');
  });

  readonly #waiting = remember((id, isLeaving) => {
    const { hosts } = this.#world;
    const host = hosts.get(id);
    const agent = host.agent === 'doubting' ? 'waiting in doubt' : 'waiting';
    return hosts.id({ ...host, agent, leaving: host.leaving || isLeaving === 1 });
  });

  readonly #drew = remember((id, nonce) => {
    const { hosts, setting } = this.#world;
    return hosts.id(handle(hosts.get(id), { kind: 'drew', nonce: nonceOf(nonce), place }, setting));
  });

  #read(state: Int32Array, host: number, effect: LockEffect, value: number, isPresent: boolean): void {
    const { setting } = this.#world;
    const fault = isPresent ? undefined : 'stale read';
    const label = isPresent ? `${effect.kind}: reads` : `stale read (${effect.kind})`;
    const wanted = this.#wanted(state[field.hosts + host]!, value, host * 2 + Number(isPresent));
    const to = this.#world.begin(state);
    if (typeof wanted === 'string') {
      this.end(to, host, wanted);
      this.#world.end(`${label}, ${wanted === 'succeeds' ? 'believes it' : wanted}`, fault, host);
      return;
    }
    const free = this.#world.freeSlot(to);
    if (free === none) return;
    const guard = setting.rules.guard[effect.kind];
    const byName = setting.rules.removesByName && effect.kind !== 'acquire';
    const isHopeless = guard === 'revision' && !isPresent;
    this.#world.setMessage(to, free, {
      host,
      orphan: false,
      live: isPresent,
      kind: byName ? 'removal' : 'swap',
      guard,
      takes: effect.kind === 'acquire',
      version: guard === 'version' ? state[field.version]! : 0,
      value: isHopeless || byName ? none : wanted,
    });
    this.#world.change(to, host, this.#waiting, Number(effect.kind !== 'acquire'));
    this.#world.end(`${label}, swaps`, fault, host);
  }

  /** What the client makes of a value it read; `view` holds the host's place and whether the value is the present one. */
  readonly #wanted = remember((id, value, view): number | Ending => {
    const { values, hosts, setting } = this.#world;
    const isPresent = (view & 1) === 1;
    const index = view >> 1;
    const host = hosts.get(id);
    const effect = this.#effect(id) as LockEffect;
    const isInDoubt = host.agent === 'doubting';
    const holds = values.isHolder(value, index) === 1;
    if (effect.kind === 'acquire') {
      if (!isPresent && host.memory.seen[clusterId] === '1000') return isInDoubt ? 'unknown' : 'rewound';
      if (setting.rules.believesReads && holds) return 'succeeds';
      if (setting.rules.believesAbsence && isInDoubt && !holds) return 'unreachable';
    }
    const changed = change(values.get(value), effect, host, nameOf(index), setting);
    if (!('refused' in changed)) return values.id(changed.value);
    const ending = refusal(effect, changed.refused);
    // what was read is written again: nothing sent before can land then
    return isInDoubt || ending === 'succeeds' ? values.id(values.get(value)) : ending;
  });

  #draw(state: Int32Array, index: number): void {
    const { values, setting } = this.#world;
    let used = noncesOf(this.#world.hostOf(state, index)) | values.nonces(state[field.value]!, index);
    if (state[field.before] !== none) used |= values.nonces(state[field.before]!, index);
    for (let slot = 0; slot < setting.messages; slot++) {
      const message = this.#world.message(state, slot);
      if (message?.host !== index || message.value === none) continue;
      used |= message.kind === 'answer' ? 1 << message.value : values.nonces(message.value, index);
    }
    let nonce = 0;
    while (!setting.rules.reusesNonce && used & (1 << nonce)) nonce++;
    const to = this.#world.begin(state);
    this.#world.change(to, index, this.#drew, nonce);
    this.#world.end('draws a nonce', undefined, index);
  }
}

/** How an operation ends that is refused; somebody else's place is not this host's to give back. */
function refusal(effect: LockEffect, refused: Refused['refused']): Ending {
  if (refused === 'same_boot') return 'internal';
  if (effect.kind === 'acquire') return refused;
  return refused === 'foreign_hold' ? 'succeeds' : 'internal';
}

function noncesOf({ memory: { phase } }: Host): number {
  const known: (Hold | null)[] = [];
  if ('attempt' in phase) known.push(phase.attempt);
  if ('hold' in phase) known.push(phase.hold);
  return known.reduce(
    (bits, hold) => (hold?.nonce ? bits | (1 << Number.parseInt(hold.nonce, 16)) : bits),
    0,
  );
}
