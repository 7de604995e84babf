import type { Etcd } from '../../system/etcd/etcd.ts';
import type { EtcdCluster } from '../support/etcd.ts';

/** Which member says that it leads: its number, or nothing while nobody does or says so. */
export async function leaderOf(etcd: Etcd, cluster: EtcdCluster): Promise<number | undefined> {
  const answers = await Promise.all(
    cluster.endpoints.map((endpoint) => etcd.call('maintenance/status', {}, endpoint).catch(() => undefined)),
  );
  const found = answers.findIndex((answer) => {
    const header = answer?.header as { member_id?: string } | undefined;
    return answer?.leader !== undefined && answer.leader === header?.member_id;
  });
  return found < 0 ? undefined : found;
}
