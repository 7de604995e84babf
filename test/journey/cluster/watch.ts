import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './outside-writer.ts';
import type { Member } from './start-member.ts';

const pauseMs = 2000;

/** What an outsider sees of the cluster while it is watched. */
export interface Watch {
  /** Which member led when this member last answered for itself; undefined before it ever did. */
  leaderBy(name: string): string | undefined;
  /** Who led, in the order it changed. */
  leaders(): string[];
  /** Longest time in seconds in which no member answered for the container service. */
  longestSilence(): number;
  stop(): Promise<void>;
}

/** Asks every member for its view of the leader, and for the service, every two seconds. */
export function startWatch(members: readonly Member[]): Watch {
  const names = new Map<string, string>();
  const views = new Map<string, string>();
  const leaders: string[] = [];
  let lastAnswer = Date.now();
  let longestSilence = 0;
  let isOver = false;

  async function askLeader({ name, etcd }: Member): Promise<void> {
    const status = await post(etcd, 'maintenance/status', {});
    if (!status) return;
    names.set(String((status.header as { member_id: string }).member_id), name);
    const leader = names.get(String(status.leader));
    if (!leader) return;
    views.set(name, leader);
    if (leader === name && leaders.at(-1) !== name) leaders.push(name);
  }

  async function askService({ web }: Member): Promise<void> {
    const answer = await fetch(`${web}/hostname`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (!answer?.ok) return;
    longestSilence = Math.max(longestSilence, Date.now() - lastAnswer);
    lastAnswer = Date.now();
  }

  const watching = (async () => {
    while (!isOver) {
      await Promise.all(members.flatMap((member) => [askLeader(member), askService(member)]));
      await sleep(pauseMs);
    }
  })();

  return {
    leaderBy: (name) => views.get(name),
    leaders: () => leaders,
    longestSilence: () => Math.max(longestSilence, Date.now() - lastAnswer) / 1000,
    async stop() {
      isOver = true;
      await watching;
    },
  };
}
