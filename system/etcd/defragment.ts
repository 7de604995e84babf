import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Access } from './access.ts';
import { lookAtMembers, type MemberHealth } from './look-at-members.ts';

/** A member before and after. */
export interface Defragmented {
  name: string;
  before: number;
  after: number;
}

/**
 * Gives unused space back to the disks, one member at a time and the leader last: a member answers nobody while it does so. Stops as soon as
 * a member is not healthy. Throws `etcd_quorum`.
 */
export async function defragment(
  { look, change }: Access,
  tell: (name: string) => void,
): Promise<Defragmented[]> {
  const members = requireHealthy(await lookAtMembers(look));
  const done: Defragmented[] = [];
  for (const { name, clientUrls, size } of members.toSorted(
    (a, b) => Number(a.isLeader) - Number(b.isLeader),
  )) {
    tell(name);
    await change.call('maintenance/defragment', {}, clientUrls[0]);
    const now = requireHealthy(await lookAtMembers(look));
    done.push({ name, before: size, after: now.find((member) => member.name === name)?.size ?? 0 });
  }
  return done;
}

function requireHealthy(members: MemberHealth[]): MemberHealth[] {
  const sick = members.find(({ isHealthy }) => !isHealthy);
  if (!sick) return members;
  const name = sick.name || sick.peerUrls.join();
  throw new InterlockError('etcd_quorum', { name, problem: sick.problems.join(', ') });
}
