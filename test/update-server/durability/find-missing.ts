import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Client, createClient } from '../../../cli/client/client.ts';
import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostDetail, ReleaseSummary, TokenInfo } from '../../../protocol/api/operator.ts';
import type { RolloutSummary } from '../../../protocol/api/rollout.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Facts, HostFacts } from './facts.ts';

/** A server, and a token of its admin. */
export interface Asked {
  server: string;
  token: string;
}

/** What grants came to. */
type Totals = Record<'open' | 'confirmed', number>;

/** What one token may ask in a minute is limited. */
const askedByOne = 1000;

/** Every fact that a server does not show once, in words; and what all its hosts' grants came to. */
export async function findMissing(
  facts: Facts,
  asked: Asked,
): Promise<{ problems: string[]; totals: Totals }> {
  const problems: string[] = [];
  const totals = { open: 0, confirmed: 0 };
  const admin = createClient(asked);
  let reader = admin;
  for (const [index, known] of [...facts.hosts].entries()) {
    if (index % askedByOne === askedByOne - 1) reader = await nextReader(admin, asked);
    const host = await reader.get<HostDetail>(`v1/hosts/${known.id}`).catch(({ message }: Error) => {
      problems.push(`host ${known.id} is lost: ${message}`);
    });
    if (host) problems.push(...compareHost(known, host, totals));
  }
  problems.push(...(await missingTokens(facts, admin, asked.server)));
  problems.push(...(await missingReleases(facts, admin)));
  const { channels } = await admin.get<{ channels: Channel[] }>('v1/channels/tiny');
  const shown = channels[0]?.serial ?? 0;
  if (shown < facts.serial) problems.push(`serial ${facts.serial} is lost: ${shown}`);
  return { problems, totals };
}

/** Whether rollouts count what all hosts together have, and no more hosts are there than asked to be, in words. */
export async function findMiscounted(totals: Totals, hosts: number, asked: Asked): Promise<string[]> {
  const admin = createClient(asked);
  const { rollouts } = await admin.get<{ rollouts: RolloutSummary[] }>('v1/rollouts');
  const counted = { open: 0, confirmed: 0 };
  for (const { inFlight, confirmed } of rollouts) {
    counted.open += inFlight;
    counted.confirmed += confirmed;
  }
  const overview = await admin.get<OverviewAnswer>('v1/overview');
  return [
    ...(isDeepStrictEqual(counted, totals)
      ? []
      : [`rollouts count ${JSON.stringify(counted)}, hosts have ${JSON.stringify(totals)}`]),
    ...(overview.hosts > hosts ? [`${overview.hosts} hosts are there, ${hosts} asked to be`] : []),
  ];
}

function compareHost(known: HostFacts, host: HostDetail, totals: Totals): string[] {
  const problems: string[] = [];
  const grants = host.grants.map(({ id }) => id);
  const reports = host.reports.map(({ id }) => id);
  for (const grant of known.grants)
    if (!grants.includes(grant)) problems.push(`grant ${grant} of ${known.id} is lost`);
  for (const report of known.reports) {
    const times = reports.filter((each) => each === report).length;
    if (times !== 1) problems.push(`report ${report} of ${known.id} is there ${times} times`);
  }
  const open = host.grants.filter(({ outcome }) => outcome === null).length;
  if (open > 1) problems.push(`${known.id} has ${open} open grants`);
  totals.open += open;
  totals.confirmed += host.grants.filter(({ outcome }) => outcome === 'confirmed').length;
  return problems;
}

/** A token is there when it is listed once and lets its holder in. */
async function missingTokens({ tokens }: Facts, admin: Client, server: string): Promise<string[]> {
  const problems: string[] = [];
  const listed = await admin.get<{ tokens: TokenInfo[] }>('v1/tokens');
  for (const [id, token] of tokens) {
    const times = listed.tokens.filter((each) => each.id === id).length;
    if (times !== 1) problems.push(`token ${id} is there ${times} times`);
    await createClient({ server, token })
      .get('v1/trust')
      .catch(({ message }: Error) => problems.push(`token ${id} is refused: ${message}`));
  }
  return problems;
}

/** A release is there when it is listed once and its payload's bytes are. */
async function missingReleases({ releases }: Facts, admin: Client): Promise<string[]> {
  const problems: string[] = [];
  const listed = await admin.get<{ releases: ReleaseSummary[] }>('v1/releases');
  for (const [version, sha256] of releases) {
    const times = listed.releases.filter((each) => each.version === version).length;
    if (times !== 1) problems.push(`release ${version} is there ${times} times`);
    const hash = createHash('sha256');
    try {
      for await (const chunk of admin.stream(`v1/blobs/${sha256}`)) hash.update(chunk);
      if (hash.digest('hex') !== sha256) problems.push(`the payload of ${version} has other bytes`);
    } catch (error) {
      problems.push(`the payload of ${version} is lost: ${(error as Error).message}`);
    }
  }
  return problems;
}

async function nextReader(admin: Client, { server }: Asked): Promise<Client> {
  const { token } = await admin.post<{ token: string }>('v1/tokens', { role: 'viewer' });
  return createClient({ server, token });
}
