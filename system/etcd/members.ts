import type { Etcd, Json } from './etcd.ts';

/** A member as its cluster lists it. */
export interface Member {
  /** A decimal string. */
  id: string;
  /** Empty before its first start. */
  name: string;
  peerUrls: string[];
  clientUrls: string[];
  isLearner: boolean;
  isStarted: boolean;
}

/** The members of a cluster, by their names. */
export async function listMembers(etcd: Etcd): Promise<Member[]> {
  const { members = [] } = (await etcd.call('cluster/member/list', {})) as { members?: Json[] };
  return members
    .map((member) => ({
      id: String(member.ID),
      name: String(member.name ?? ''),
      peerUrls: (member.peerURLs as string[] | undefined) ?? [],
      clientUrls: (member.clientURLs as string[] | undefined) ?? [],
      isLearner: member.isLearner === true,
      isStarted: Boolean(member.name),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
