import type { PolicyChoice, PreviewAnswer } from '../protocol/api/rollout.ts';
import { print } from '../system/terminal/print.ts';
import type { Client } from './client/client.ts';

/** Warns on stderr of a rollout policy that does not fit the channel's hosts. */
export async function warnOfPolicy(
  client: Client,
  of: { name: string; channel: string; policy: PolicyChoice | undefined },
): Promise<void> {
  const { policy, ...place } = of;
  const body = { ...place, ...(policy === undefined ? {} : { policy }) };
  // a warning only: without the right to preview, the command itself has succeeded all the same
  const answer = await client.post<PreviewAnswer>('v1/rollouts/preview', body).catch(() => undefined);
  // a channel without hosts fits any policy
  if (!answer || answer.hosts === 0) return;
  for (const warning of answer.warnings) print(`warning: ${warning}`, process.stderr);
}
