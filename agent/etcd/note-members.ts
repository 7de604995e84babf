import { addressIn } from '../../protocol/etcd/member-urls.ts';
import { listMembers } from '../../system/etcd/members.ts';
import type { HostEtcd } from './host-etcd.ts';
import { openHostEtcd } from './open-etcd.ts';
import { noteMembers } from './renew.ts';

/** Asks the cluster who its members are, and notes them. */
export async function noteMembersNow(root: string, state: HostEtcd): Promise<void> {
  const etcd = await openHostEtcd(root, 'lock');
  try {
    const started = (await listMembers(etcd)).filter(({ isStarted }) => isStarted);
    const members = started.flatMap(({ name, clientUrls: [url] }) =>
      url ? [{ name, address: addressIn(url) }] : [],
    );
    await noteMembers(root, state, members);
  } finally {
    etcd.close();
  }
}
