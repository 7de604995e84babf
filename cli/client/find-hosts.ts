import type { Static } from 'typebox';
import type { HostSummary, HostsAnswer } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Client } from './client.ts';
import { findHost } from './find-id.ts';

/** What narrows the hosts of the fleet; everything given has to fit. */
export type HostChoice = Readonly<Record<string, string | undefined>>;

/** All hosts that fit, read page by page. */
export async function readHosts(client: Client, choice: HostChoice): Promise<HostSummary[]> {
  const hosts: HostSummary[] = [];
  const query = new URLSearchParams(Object.entries(choice).filter((entry) => entry[1]) as [string, string][]);
  for (let after: string | null = ''; after !== null; ) {
    if (after) query.set('after', after);
    const page: Static<typeof HostsAnswer> = await client.get(`v1/hosts${query.size > 0 ? `?${query}` : ''}`);
    hosts.push(...page.hosts);
    after = page.next;
  }
  return hosts;
}

/** A host that a command is about, with what people call it. */
export interface MeantHost {
  id: string;
  called: string;
}

/** The hosts that words name, or that fit; one of the two is needed. Throws `usage`, `not_found`. */
export async function meantHosts(
  client: Client,
  words: readonly string[],
  choice: HostChoice,
): Promise<MeantHost[]> {
  const isChosen = Object.values(choice).some(Boolean);
  if (isChosen === words.length > 0) {
    throw new InterlockError('usage', {
      problem: 'name hosts, or choose them by --label, --group, --channel or --state, not both',
    });
  }
  if (isChosen) {
    const hosts = await readHosts(client, choice);
    if (hosts.length === 0) throw new InterlockError('not_found', { what: 'a host that fits' });
    return hosts.map(({ id, hostname }) => ({ id, called: hostname || id }));
  }
  const found: MeantHost[] = [];
  for (const word of words) found.push({ id: await findHost(client, word), called: word });
  return [...new Map(found.map((host) => [host.id, host])).values()];
}
