import type { Effect } from '../../../agent/state-machine/event.ts';
import type { Holder, LockValue } from '../../../protocol/lock/lock-value.ts';
import {
  type Change,
  clearFailed,
  emptyLock,
  forceRelease,
  setSlots,
} from '../../../protocol/lock/semaphore.ts';
import type { Host } from './host.ts';
import { times } from './releases.ts';
import type { Setting } from './setting.ts';
import { remember, Table } from './table.ts';

export type LockEffect = Extract<Effect, { kind: 'acquire' | 'release' | 'cancel' }>;

/** Lock values by number. Hosts are called h0, h1, … by their place in the state. */
export class LockValues {
  readonly #values = new Table<LockValue>();

  initial(slots: number): number {
    return this.#values.id(emptyLock(slots));
  }

  get(id: number): LockValue {
    return this.#values.get(id);
  }

  id(value: LockValue): number {
    return this.#values.id(ordered(value));
  }

  /** Bits of the nonces that a value knows of a host. */
  readonly nonces = remember((id, host) => {
    const own = this.holder(id, host);
    return own ? 1 << Number.parseInt(own.nonce, 16) : 0;
  });

  readonly holders = remember((id) => this.get(id).holders.length);

  readonly isHolder = remember((id, host) => (this.holder(id, host) ? 1 : 0));

  holder(id: number, host: number): Holder | undefined {
    return this.get(id).holders.find((one) => one.host === nameOf(host));
  }

  readonly withoutHost = remember((id, host) => this.id(forceRelease(this.get(id), nameOf(host))));

  readonly lowered = remember((id) => {
    const value = this.get(id);
    return value.slots === 0 ? -1 : this.id(setSlots(value, value.slots - 1));
  });

  readonly cleared = remember((id) => {
    const value = clearFailed(this.get(id));
    return Object.values(this.get(id).releases).some(({ failed }) => Object.keys(failed).length > 0)
      ? this.id(value)
      : -1;
  });

  /** The value with hosts in another order: `order[i]` is the old place of the one that comes to place i. */
  renamed(id: number, order: readonly number[]): number {
    const names = new Map(order.map((old, index) => [nameOf(old), nameOf(index)]));
    const rename = (name: string) => names.get(name) ?? name;
    const { holders, releases, ...rest } = this.get(id);
    return this.id({
      ...rest,
      holders: holders.map((holder) => ({ ...holder, host: rename(holder.host) })),
      releases: Object.fromEntries(
        Object.entries(releases).map(([hash, { ok, failed }]) => [
          hash,
          {
            ok,
            failed: Object.fromEntries(Object.entries(failed).map(([host, why]) => [rename(host), why])),
          },
        ]),
      ),
    });
  }
}

/** What a lock effect makes of a value, by the rules under proof; every branch taken is counted. */
export function change(
  value: LockValue,
  effect: LockEffect,
  host: Host,
  name: string,
  { rules, coverage }: Setting,
): Change {
  const { boots } = host.memory;
  const own = value.holders.find((holder) => holder.host === name);
  switch (effect.kind) {
    case 'acquire': {
      const { boot, nonce } = effect.attempt;
      const wanted = { host: name, boot, nonce, since: times.start, release: effect.rootHash };
      const changed = rules.acquire(value, wanted, boots);
      const again = own?.release === wanted.release ? 'own place again' : 'own place for another release';
      coverage.change('acquire', changed, own ? again : 'free place');
      return changed;
    }
    case 'release': {
      const { verdict } = effect;
      const held = { host: name, boot: effect.hold.boot, release: effect.rootHash };
      const present = { boot: boots.at(-1) ?? '', boots };
      const changed = rules.release(value, held, present, verdict);
      const words = verdict ? (verdict.ok ? 'good' : 'failed') : 'no verdict';
      coverage.change('release', changed, `${own ? 'place' : 'no place'}, ${words}`);
      return changed;
    }
    case 'cancel': {
      const changed = rules.cancel(value, { host: name, boots });
      coverage.change('cancel', changed, own ? 'place' : 'no place');
      return changed;
    }
  }
}

export function nameOf(host: number): string {
  return `h${host}`;
}

function ordered(value: LockValue): LockValue {
  return {
    ...value,
    holders: value.holders.toSorted((a, b) => (a.host < b.host ? -1 : 1)),
    releases: Object.fromEntries(
      Object.entries(value.releases).filter(([, { ok, failed }]) => ok > 0 || Object.keys(failed).length > 0),
    ),
  };
}
