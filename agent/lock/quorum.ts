import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Etcd, Json } from '../../system/etcd/etcd.ts';

interface Member {
  id: string;
  name: string;
  urls: string[];
}

/**
 * A host that is itself an etcd member may only go down while the rest keeps quorum; leadership is handed over
 * first. Throws `lock_quorum`. `self` is the member's name in etcd.
 */
export async function checkQuorum(etcd: Etcd, self: string): Promise<void> {
  const members = membersOf(await etcd.call('cluster/member/list', {}));
  const own = members.find(({ name }) => name === self);
  if (!own) throw refuse(`etcd knows no member ${self}`);
  const statuses = await Promise.all(members.map((member) => statusOf(etcd, member)));
  const healthy = members.filter((member, index) => member !== own && statuses[index]?.leader);
  const needed = Math.floor(members.length / 2) + 1;
  if (healthy.length < needed) {
    throw refuse(
      `${healthy.length} of ${members.length} members are left without ${self}, ${needed} are needed`,
    );
  }
  const leader = statuses[members.indexOf(own)]?.leader;
  if (leader !== own.id) return;
  const heir = healthy[0]!;
  await etcd.call('maintenance/transfer-leadership', { targetID: heir.id }, own.urls[0]);
}

async function statusOf(etcd: Etcd, member: Member): Promise<{ leader: string } | undefined> {
  for (const url of member.urls) {
    try {
      const { leader } = await etcd.call('maintenance/status', {}, url);
      if (leader && String(leader) !== '0') return { leader: String(leader) };
    } catch {
      // a member that does not answer does not count; the next address is tried
    }
  }
  return undefined;
}

function membersOf(answer: Json): Member[] {
  return ((answer.members as Json[] | undefined) ?? []).map((member) => ({
    id: String(member.ID),
    name: String(member.name ?? ''),
    urls: (member.clientURLs as string[] | undefined) ?? [],
  }));
}

function refuse(problem: string): InterlockError {
  return new InterlockError('lock_quorum', { problem });
}
