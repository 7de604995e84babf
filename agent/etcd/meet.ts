import { createHash } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { peerUrl } from '../../protocol/etcd/member-urls.ts';
import type { Discovery, Meeting } from './discovery.ts';
import type { Start } from './environment.ts';
import type { HostEtcd } from './host-etcd.ts';
import { type Waiting, waitFor } from './patience.ts';

/** Everybody that a new cluster begins with. */
export interface Met {
  members: { name: string; address: string }[];
  start: Start;
}

/**
 * Registers this host as a member and waits for the others. null: others were first. The agent registers and not etcd itself, which
 * after a power cut is taken for a second member of the same name.
 */
export async function meet(
  url: string,
  discovery: Discovery,
  self: HostEtcd,
  waiting: Waiting,
): Promise<Met | null> {
  const outcome = await discovery.register(self.registration, self.name, peerUrl(self));
  if (outcome === 'unknown')
    throw new InterlockError('discovery_refused', {
      url,
      problem: 'the token is unknown, or older than a week',
    });
  if (outcome === 'full') return null;
  const found = await waitForAll(url, discovery, waiting);
  const members = firstOf(found);
  if (!members.some(({ id }) => id === self.registration)) return null;
  return {
    members: members.map(({ name, address }) => ({ name, address })),
    start: { cluster: members.map(({ peers }) => peers).join(), state: 'new', token: tokenOf(url) },
  };
}

/** Waits until the cluster is whole. */
export function waitForAll(url: string, discovery: Discovery, waiting: Waiting): Promise<Meeting> {
  return waitFor(waiting, async () => {
    const meeting = await discovery.look();
    if (!meeting)
      throw new InterlockError('discovery_refused', {
        url,
        problem: 'the token is unknown, or older than a week',
      });
    const missing = meeting.size - meeting.members.length;
    return missing <= 0 ? meeting : `waits for ${missing} of ${meeting.size} members of etcd`;
  });
}

/** Whether somebody can still become a member: this host, if it has registered, or anybody. */
export function hasRoom({ size, members }: Meeting, registration: string): boolean {
  return members.length < size || members.slice(0, size).some(({ id }) => id === registration);
}

/** Those that came first are the members. */
export function firstOf({ size, members }: Meeting): Meeting['members'] {
  return members.slice(0, size);
}

/** Members of two clusters never take each other for their own; the token itself is a secret and stays out of files that others read. */
function tokenOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32);
}
