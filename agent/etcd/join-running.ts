import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { addressIn, peerUrl } from '../../protocol/etcd/member-urls.ts';
import type { Etcd } from '../../system/etcd/etcd.ts';
import { listMembers } from '../../system/etcd/members.ts';
import type { HostEtcd } from './host-etcd.ts';
import type { Met } from './meet.ts';
import { type Waiting, waitFor } from './patience.ts';

/** Waits until the running members have added this host in the place of the one that was lost. */
export function joinRunning(self: HostEtcd, open: () => Promise<Etcd>, waiting: Waiting): Promise<Met> {
  const own = peerUrl(self);
  return waitFor(waiting, async () => {
    const etcd = await open();
    try {
      const members = await listMembers(etcd);
      const added = members.find(({ peerUrls }) => peerUrls.includes(own));
      if (!added) return `waits until the members of etcd have added ${self.name}`;
      if (added.isStarted)
        throw new InterlockError('discovery_refused', {
          url: own,
          problem: `a member with this address, ${added.name}, runs or has run`,
        });
      const named = members.map((member) => ({
        ...member,
        name: member === added ? self.name : member.name,
      }));
      return {
        members: named.map(({ name, peerUrls }) => ({ name, address: addressIn(peerUrls[0] ?? own) })),
        start: {
          cluster: named.flatMap(({ name, peerUrls }) => peerUrls.map((url) => `${name}=${url}`)).join(),
          state: 'existing' as const,
          token: 'existing',
        },
      };
    } catch (error) {
      if ((error as InterlockError).code === 'discovery_refused') throw error;
      return `waits for the members of etcd: ${(error as Error).message}`;
    } finally {
      etcd.close();
    }
  });
}
