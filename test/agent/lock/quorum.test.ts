import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { checkQuorum } from '../../../agent/lock/quorum.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { startEtcd } from '../../support/etcd.ts';

it('lets a member go down while the rest keeps quorum, and hands leadership over first', async () => {
  const cluster = await startEtcd(3);
  const etcd = openEtcd({ endpoints: cluster.endpoints, timeoutMs: 3000 });
  try {
    const leaderOf = async () => {
      const { leader } = await etcd.call('maintenance/status', {}, cluster.endpoints[0]);
      const { members } = (await etcd.call('cluster/member/list', {})) as {
        members: { ID: string; name: string }[];
      };
      return members.find(({ ID }) => ID === leader)?.name;
    };
    const leader = await leaderOf();
    await checkQuorum(etcd, leader!);
    for (let n = 0; n < 40 && (await leaderOf()) === leader; n++) await sleep(50);
    expect(await leaderOf()).not.toBe(leader);

    await expect(checkQuorum(etcd, 'nobody')).rejects.toMatchObject({ code: 'lock_quorum' });
    await cluster.members[2]!.kill();
    await expect(checkQuorum(etcd, 'm1')).rejects.toMatchObject({ code: 'lock_quorum' });
  } finally {
    etcd.close();
    await cluster.stop();
  }
});
