import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Access } from './access.ts';
import { lookAtMembers, type MemberHealth, quorumOf } from './look-at-members.ts';

/**
 * Takes a lost member out of its cluster and adds a new one at its address, which then may start. Refused while it answers, and when
 * the others would not keep the quorum meanwhile. Cut anywhere, it is repeated: what was done is seen. Throws `etcd_quorum`.
 */
export async function replaceMember(
  { look, change }: Access,
  { name, peerUrl }: { name: string; peerUrl: string },
  beforeChange: () => Promise<void>,
): Promise<void> {
  const members = await lookAtMembers(look);
  const lost = members.find((member) => member.name === name);
  const added = members.find((member) => !member.isStarted && member.peerUrls.includes(peerUrl));
  const others = members.filter((member) => member !== lost && member !== added);
  if (lost?.isHealthy) throw refused(name, 'it answers, so it is not lost');
  requireQuorum(name, others);
  await beforeChange();
  if (lost) await change.call('cluster/member/remove', { ID: lost.id });
  if (!added) await change.call('cluster/member/add', { peerURLs: [peerUrl] });
}

/** With the new member that has not started, there are as many as before: the others alone must be a quorum of them. */
function requireQuorum(name: string, others: readonly MemberHealth[]): void {
  const healthy = others.filter(({ isHealthy }) => isHealthy).length;
  const count = others.length + 1;
  if (healthy >= quorumOf(count)) return;
  throw refused(
    name,
    `${healthy} of the other ${others.length} members are healthy, ${quorumOf(count)} are needed`,
  );
}

function refused(name: string, problem: string): InterlockError {
  return new InterlockError('etcd_quorum', { name, problem });
}
