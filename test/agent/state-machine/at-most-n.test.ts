import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../agent/state-machine/event.ts';
import { moves } from '../../../agent/state-machine/moves.ts';
import { boot, createHost, handle, type ModelHost, perform, start } from '../../support/lock-world/host.ts';
import { createStore, type Luck } from '../../support/lock-world/store.ts';

const luckOf: Luck[] = ['ok', 'ok', 'ok', 'applied', 'lost', 'late'];
const fateOf = [
  'go',
  'go',
  'go',
  'go',
  'go',
  'kill before',
  'kill after',
  'power',
  'cancel',
  'task',
  'reboot',
  'deliver',
] as const;

const tick = fc.record({
  host: fc.nat(2),
  fate: fc.nat(fateOf.length - 1),
  luck: fc.nat(luckOf.length - 1),
});
const visited = new Set<string>();

/** Hosts that are down, or up and not yet healthy. */
const down = (hosts: ModelHost[]) => hosts.filter(({ isDown }) => isDown).map(({ id }) => id);

describe('three hosts over one lock, cut, killed and misinformed at random', () => {
  it.each([1, 2])('never has more than %i down', (slots) => {
    fc.assert(
      fc.property(fc.array(tick, { minLength: 20, maxLength: 220 }), fc.nat(3), (ticks, bad) => {
        const store = createStore(slots);
        const hosts = ['h0', 'h1', 'h2'].map((id, n) =>
          Object.assign(createHost(id, store), {
            isGood: (version: string) => version !== 'v2' || n !== bad,
          }),
        );
        const next = new Map<ModelHost, Effect | undefined>();
        for (const { host, fate, luck } of ticks) {
          const model = hosts[host]!;
          next.set(model, turn(model, next.get(model), fateOf[fate]!, luckOf[luck]!));
          expect(down(hosts).length, down(hosts).join()).toBeLessThanOrEqual(slots);
        }
        for (const { visited: seen } of hosts) for (const move of seen) visited.add(move);
        settle(hosts, store.late);
        expect(store.value.holders).toEqual([]);
        expect(hosts.map((model) => model.running.version)).not.toContain('');
      }),
      { numRuns: 400, seed: 20260101 },
    );
  });

  it('makes only moves of the table', () => {
    const all = Object.entries(moves).flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`));
    expect([...visited].filter((move) => !all.includes(move))).toEqual([]);
    expect(visited.size).toBeGreaterThan(18);
  });
});

/** One tick of a host: an effect and its answer, or what fate has instead. */
function turn(model: ModelHost, effect: Effect | undefined, fate: (typeof fateOf)[number], luck: Luck) {
  if (fate === 'deliver') {
    model.store.late.shift()?.();
    return effect;
  }
  if (fate === 'cancel') {
    if (!['acquiring', 'locked', 'flipped'].includes(model.memory.phase.at)) return effect;
    return handle(model, { kind: 'cancel' });
  }
  if (fate === 'task' || fate === 'reboot') {
    const { phase } = model.memory;
    const isWayOut = fate === 'reboot' && phase.at === 'working' && phase.lost;
    if (phase.at !== 'idle' && !isWayOut) return effect;
    const kind = fate === 'task' ? 'command' : 'reboot';
    const task = { kind, name: fate, key: '9'.repeat(64), group: null, timeoutSeconds: 1 } as const;
    return handle(model, { kind: 'maintain', task });
  }
  const holds = model.store.value.holders.some(({ host }) => host === model.id);
  if (fate === 'power' && holds) {
    boot(model);
    return start(model);
  }
  if (!effect) return start(model);
  if (fate === 'kill before') return start(model);
  const event = perform(model, effect, luck);
  return fate === 'kill after' || !event ? start(model) : handle(model, event);
}

/** From now on everything works: the fleet comes to rest. */
function settle(hosts: ModelHost[], late: (() => void)[]): void {
  for (const deliver of late.splice(0)) deliver();
  for (const model of hosts) {
    model.isGood = () => true;
    model.offer = { none: 'held' };
  }
  for (let round = 0; round < 12; round++) {
    for (const model of hosts) {
      if (model.memory.phase.at === 'working') boot(model);
      let effect = start(model);
      for (let n = 0; effect && n < 60; n++) {
        const event = perform(model, effect);
        effect = event ? handle(model, event) : start(model);
      }
    }
  }
}
