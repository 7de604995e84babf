import type { ChoicesAnswer } from '../protocol/api/hosts.ts';
import type { HostDetail, ReleaseSummary } from '../protocol/api/operator.ts';
import { suggest } from '../protocol/text/suggest.ts';
import { print } from '../system/terminal/print.ts';
import type { Client } from './client/client.ts';

/** Warns on stderr when the image of a host has no such release; a release may still be published, so it is no error. */
export async function warnOfVersion(client: Client, host: string, version: string): Promise<void> {
  // a warning only: what the command is for is done all the same
  const detail = await client.get<HostDetail>(`v1/hosts/${encodeURIComponent(host)}`).catch(() => undefined);
  const answer = await client.get<{ releases: ReleaseSummary[] }>('v1/releases').catch(() => undefined);
  if (!detail || !answer) return;
  const versions = answer.releases
    .filter(({ name }) => name === detail.name)
    .map((release) => release.version);
  warn(`${detail.name} has no release ${version} yet`, version, versions);
}

/** Warns on stderr when no host is in a group yet. */
export async function warnOfGroup(client: Client, group: string): Promise<void> {
  // a warning only, as above
  const answer = await client.get<ChoicesAnswer>('v1/hosts/choices').catch(() => undefined);
  if (answer)
    warn(
      `no host is in group ${group} yet`,
      group,
      answer.groups.map(({ value }) => value),
    );
}

function warn(problem: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  const guess = suggest(word, [...new Set(known)]);
  print(`warning: ${problem}${guess ? `; did you mean ${guess}?` : ''}`, process.stderr);
}
