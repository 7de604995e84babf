import { setTimeout as sleep } from 'node:timers/promises';
import type { OverviewAnswer } from '../protocol/desk.ts';
import { InterlockError } from '../protocol/errors.ts';
import type { RolloutDetail, RolloutSummary } from '../protocol/rollout.ts';
import { terminalWidth } from '../system/terminal.ts';
import { openScreen } from '../system/terminal-screen.ts';
import type { Client, ClientOptions } from './client.ts';
import { stateOf } from './rollout-text.ts';
import { lineOfRollout, viewRollout } from './rollout-view.ts';

export type WatchFlags = ClientOptions & { channel?: string };

const lookEveryMs = 2000;

/**
 * Shows a rollout until every host that may is through; null when Ctrl-C ended the watching. Throws `rollout_stopped`
 * when it halted, was aborted or superseded.

 */
export async function watchRollout(
  client: Client,
  name: string | undefined,
  channel: string | undefined,
): Promise<RolloutDetail | null> {
  const { id } = await choose(client, name, channel);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const screen = openScreen(process.stderr);
  try {
    for (;;) {
      const rollout = await client.get<RolloutDetail>(`v1/rollouts/${id}`);
      screen.show(viewRollout(rollout, new Date(), terminalWidth(process.stderr)), lineOfRollout(rollout));
      if (isStopped(rollout)) throw stopped(rollout);
      if (await isThrough(client, rollout)) return rollout;
      await sleep(lookEveryMs, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return null;
    }
  } finally {
    screen.end();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function choose(
  client: Client,
  name: string | undefined,
  channel: string | undefined,
): Promise<RolloutSummary> {
  const query = new URLSearchParams({ ...(name ? { name } : {}), ...(channel ? { channel } : {}) });
  const { rollouts } = await client.get<{ rollouts: RolloutSummary[] }>(`v1/rollouts?${query}`);
  const current = rollouts.filter(({ state }) => state !== 'superseded');
  const [only, ...others] = current;
  const what = ['a rollout', name && `of ${name}`, channel && `on ${channel}`].filter(Boolean).join(' ');
  if (!only) throw new InterlockError('not_found', { what });
  const choices = current.map((each) => `${each.name} --channel ${each.channel}`);
  if (new Set(choices).size > 1) {
    throw new InterlockError('usage', { problem: `which of them: ${choices.slice(0, 5).join(', ')}` });
  }
  return [only, ...others].find(({ state }) => state === 'running') ?? only;
}

function isStopped({ state }: RolloutSummary): boolean {
  return state === 'halted' || state === 'aborted' || state === 'superseded';
}

function stopped(rollout: RolloutDetail): InterlockError {
  const { name, version, channel } = rollout;
  return new InterlockError('rollout_stopped', { name, version, channel, state: stateOf(rollout) });
}

/** Everybody may start, nobody is under way, and whoever runs another version failed on this one. */
async function isThrough(client: Client, rollout: RolloutDetail): Promise<boolean> {
  const { name, channel, version, state, percent, inFlight, failed } = rollout;
  if (state !== 'running' || percent < 100 || inFlight > 0) return false;
  const { versions } = await client.get<OverviewAnswer>('v1/overview?days=1');
  const elsewhere = versions
    .filter((row) => row.name === name && row.channel === channel && row.version !== version)
    .reduce((sum, { hosts }) => sum + hosts, 0);
  return elsewhere <= failed;
}
