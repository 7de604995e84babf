import type { PolicyChoice, PreviewAnswer } from '../protocol/api/rollout.ts';
import { print } from '../system/terminal/print.ts';
import type { Client } from './client.ts';

/** Says on stderr what of a rollout's policy does not fit the channel's hosts; what cannot be asked is not said. */
export async function warnOfPolicy(
  client: Client,
  of: { name: string; channel: string; policy: PolicyChoice | undefined },
): Promise<void> {
  const { policy, ...place } = of;
  const body = { ...place, ...(policy === undefined ? {} : { policy }) };
  const answer = await client.post<PreviewAnswer>('v1/rollouts/preview', body).catch(() => undefined);
  // a channel that nobody follows yet has nobody whom a policy could not fit
  if (!answer || answer.hosts === 0) return;
  for (const warning of answer.warnings) print(`warning: ${warning}`, process.stderr);
}
