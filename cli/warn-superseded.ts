import type { RolloutSummary } from '../protocol/api/rollout.ts';
import { line } from '../protocol/text/visible.ts';
import { print } from '../system/terminal/print.ts';
import type { Client } from './client/client.ts';

/** The rollouts of a channel that let hosts start now, as they are before another takes their place; none where they cannot be read. */
export async function readRunning(client: Client, name: string, channel: string): Promise<RolloutSummary[]> {
  const query = new URLSearchParams({ name, channel });
  const asked = client.get<{ rollouts: RolloutSummary[] }>(`v1/rollouts?${query}`);
  // for a warning only: the command itself goes on
  const answer = await asked.catch(() => undefined);
  return answer?.rollouts.filter(({ state }) => state === 'running') ?? [];
}

/** Warns on stderr of the running rollouts that a planned one took the place of: until it starts, no host does. */
export function warnOfSuperseded(running: readonly RolloutSummary[]): void {
  for (const { name, version, arch, percent } of running) {
    const ended = line`warning: this ended the running rollout of ${name} ${version} ${arch} (its ramp was at ${percent.toFixed(0)} %)`;
    print(`${ended}; no further host starts before the new one does`, process.stderr);
  }
}
