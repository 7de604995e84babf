import type { Etcd, Json } from './etcd.ts';
import { listMembers, type Member } from './members.ts';

/** A member and how it does. */
export interface MemberHealth extends Member {
  /** It answers, and knows a leader. */
  isHealthy: boolean;
  isLeader: boolean;
  version: string;
  /** Bytes of its database, and how many of them are used. */
  size: number;
  used: number;
  /** Words of etcd's alarms, and what is wrong with a member that does not answer. */
  problems: string[];
}

/** Asks every member by itself how it does. */
export async function lookAtMembers(etcd: Etcd): Promise<MemberHealth[]> {
  const members = await listMembers(etcd);
  const alarms = await alarmsOf(etcd);
  return Promise.all(
    members.map(async (member) => {
      const own = alarms.filter(({ id }) => id === member.id).map(({ alarm }) => alarm);
      return { ...member, ...(await healthOf(etcd, member, own)) };
    }),
  );
}

/** Members that must agree, of so many. */
export function quorumOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

async function healthOf(etcd: Etcd, { id, clientUrls, isStarted }: Member, alarms: string[]) {
  const silent = { isHealthy: false, isLeader: false, version: '', size: 0, used: 0 };
  if (!isStarted) return { ...silent, problems: [...alarms, 'has not started yet'] };
  let problem = 'has no address for clients';
  for (const url of clientUrls) {
    try {
      const { leader, version, dbSize, dbSizeInUse } = await etcd.call('maintenance/status', {}, url);
      const isHealthy = leader !== undefined && String(leader) !== '0';
      return {
        isHealthy,
        isLeader: String(leader) === id,
        version: String(version),
        size: Number(dbSize ?? 0),
        used: Number(dbSizeInUse ?? 0),
        problems: [...alarms, ...(isHealthy ? [] : ['knows no leader'])],
      };
    } catch (error) {
      problem = (error as Error).message;
    }
  }
  return { ...silent, problems: [...alarms, problem] };
}

/** Alarms are read by consensus: without a quorum nobody tells them, and the members' own words are all there is. */
async function alarmsOf(etcd: Etcd): Promise<{ id: string; alarm: string }[]> {
  try {
    const { alarms = [] } = (await etcd.call('maintenance/alarm', { action: 'GET' })) as { alarms?: Json[] };
    return alarms.map(({ memberID, alarm }) => ({ id: String(memberID), alarm: `alarm ${alarm}` }));
  } catch {
    // what stands above
    return [];
  }
}
