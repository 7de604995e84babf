import { expect, it } from 'vitest';
import { runRollout } from './fleet/rollout.ts';
import { scenarios } from './fleet/scenarios.ts';
import { RolloutHosts } from './fleet/tally.ts';

it('updates fifty disturbed fleets and never has too many out', async () => {
  const tally = new RolloutHosts();
  for (let seed = 1; seed <= 50; seed++) tally.add(await runRollout(seed));
  expect(tally.violations).toEqual([]);
  expect(tally.unfinished).toEqual([]);
  expect(tally.medianFaults).toBeGreaterThanOrEqual(3);
});

it('replays a run from its seed, word by word', async () => {
  const linesOf = async () => {
    const lines: string[] = [];
    await runRollout(5, (line) => void lines.push(line));
    return lines;
  };
  const first = await linesOf();
  expect(first.length).toBeGreaterThan(50);
  expect(await linesOf()).toEqual(first);
});

const play = (name: string) => scenarios[name]!.run(1);

it('finishes when nothing goes wrong', async () => {
  const { updated, hosts, violation } = await play('nothing goes wrong');
  expect({ updated, violation }).toEqual({ updated: hosts, violation: undefined });
});

it('goes on around a stuck host while there is another place, and stops when there is none', async () => {
  expect((await play('a stuck host, one of two places')).updated).toBe(11);
  const alone = await play('a stuck host, the only place');
  expect(alone).toMatchObject({ updated: 0, rebooted: 1, violation: undefined });
});

it('stops a bad release with the server away, and not a good one for one broken host', async () => {
  const bad = await play('a bad release, the server away');
  expect(bad).toMatchObject({ updated: 0, violation: undefined });
  expect(bad.rebooted).toBeGreaterThan(0);
  expect(bad.rebooted).toBeLessThanOrEqual(2);
  const good = await play('a good release, one broken host');
  expect(good).toMatchObject({ updated: good.hosts - 1, rebooted: good.hosts });
});

it('would notice: a place taken away by force has two hosts out at once', async () => {
  expect((await play('a place taken away by force')).violation).toMatch(/are out at once, 1 may be/);
});
