import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runMembers } from './run-members.ts';

/** etcd may elect a member again between its hand-over and the end of its host's power, a moment later. */
const mostElectedAgain = 1;

it('takes hosts that are etcd members down one at a time, and hands leadership over first', async () => {
  const ran = await runMembers({ seconds: 8, places: 1, guarded: true });
  expect(ran).toMatchObject({ withoutQuorum: 0, violations: [] });
  expect(ran.led).toBeLessThanOrEqual(mostElectedAgain);
  expect(ran.down).toBeGreaterThan(3);
});

const unnamed = 'sees the leader go down with its host when the agent does not know which member is its own';
it(unnamed, { retry: 2 }, async () => {
  const ran = await runMembers({ seconds: 8, places: 1, guarded: false });
  expect(ran.led).toBeGreaterThan(0);
});

it('keeps members’ hosts up while another member is gone, and goes on when it is back', async () => {
  let before = 0;
  let after = 0;
  let waits: string[] = [];
  const ran = await runMembers({
    seconds: 4,
    places: 1,
    guarded: true,
    async around(cluster, hosts, counts) {
      await sleep(1000);
      hosts[2]!.end();
      await cluster.members[2]!.kill();
      await sleep(2500);
      before = counts.down;
      await sleep(2500);
      after = counts.down;
      waits = hosts.slice(0, 2).map(({ memory }) => memory.wait?.reason ?? '');
      cluster.members[2]!.restart();
    },
  });
  expect(after).toBe(before);
  expect(waits.join()).toContain('members are left without');
  expect(ran.down).toBeGreaterThan(after);
  expect(ran.violations).toEqual([]);
  expect(ran.led).toBeLessThanOrEqual(mostElectedAgain);
});
