import { afterEach, beforeEach, expect, it } from 'vitest';
import { showLocks } from '../../../update-server/routes/v1/locks/show-locks.ts';
import { rootOf, type SmallFleet, smallFleet } from '../domain/rollout/small-fleet.ts';

let fleet: SmallFleet;
beforeEach(() => {
  fleet = smallFleet();
});
afterEach(() => fleet.end());

it('names who waits for a place, and every release by its version', async () => {
  await fleet.publish('1.0');
  const [first, second] = [await fleet.host('host-0001'), await fleet.host('host-0002')];
  await fleet.publish('2.0');
  for (const host of [first, second]) {
    expect(await host.ask()).toBe('2.0');
    host.said = { ...host.said, at: 'written' };
    await host.ask();
  }
  await second.reboot('2.0');
  const holder = { host: 'host-0002', boot: 'b1', nonce: '1'.repeat(32), since: '2026-01-01T00:00:00Z' };
  const value = {
    format: 1 as const,
    slots: 1,
    holders: [{ ...holder, release: rootOf('2.0') }],
    releases: { [rootOf('1.0')]: { ok: 1, failed: {} }, ['f'.repeat(64)]: { ok: 0, failed: {} } },
  };
  const group = first.said.group;
  const locks = { groups: async () => ({ locks: [{ group, value, problem: null }], isMore: false }) };
  const { groups } = await showLocks({ store: fleet.store, locks: locks as never });
  expect(groups).toMatchObject([
    {
      holders: [{ hostname: 'host-0002', what: 'core 2.0' }],
      waiting: [{ host: 'host-0001', hostname: 'host-0001', version: '2.0' }],
    },
  ]);
  expect(groups[0]!.releases.map(({ what }) => what)).toEqual(['core 1.0', undefined]);
});
