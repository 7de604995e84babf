import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd } from '../../system/etcd/etcd.ts';
import type { EtcdCluster } from '../support/etcd.ts';
import { leaderOf } from './leader.ts';
import type { Recorder } from './record.ts';

/** Counts changes of the leader from outside, until it is stopped. */
export function watchLeader(etcd: Etcd, cluster: EtcdCluster, record: Recorder): { stop(): Promise<void> } {
  let isOver = false;
  const watching = (async () => {
    for (let last: number | undefined; !isOver; await sleep(200)) {
      const leader = await leaderOf(etcd, cluster);
      if (leader === undefined) continue;
      if (last !== undefined && last !== leader) record.count('leader changes');
      last = leader;
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
    },
  };
}
