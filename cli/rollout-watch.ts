import { setTimeout as sleep } from 'node:timers/promises';
import type { RolloutDetail, RolloutSummary } from '../protocol/api/rollout.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { terminalWidth } from '../system/terminal/progress.ts';
import { openScreen } from '../system/terminal/screen.ts';
import type { Client, ClientOptions } from './client.ts';
import { findRollout, looksLikeId } from './find-id.ts';
import { stateOf, unableWords } from './rollout-text.ts';
import { lineOfRollout, viewRollout } from './rollout-view.ts';

export type WatchFlags = ClientOptions & { channel?: string; timeout?: string };

const lookEveryMs = 2000;

/** What was seen last, and whether Ctrl-C ended the watching before it was through. */
export interface Watched {
  rollout: RolloutDetail;
  /** The same release on other architectures, which by name are one thing to wait for. */
  others: RolloutDetail[];
  interrupted: boolean;
}

/**
 * Shows a rollout until everybody who can come is through and hosts run its release, on each architecture that has hosts.
 * Throws `rollout_stopped` when one halted, was aborted or superseded, `rollout_unreached` when nobody who could come is on
 * it, `rollout_timeout`.
 */
export async function watchRollout(
  client: Client,
  name: string | undefined,
  channel: string | undefined,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<Watched> {
  const ids = await choose(client, name, channel);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const screen = openScreen(process.stderr);
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      const all = await Promise.all(ids.map((id) => client.get<RolloutDetail>(`v1/rollouts/${id}`)));
      const awaited = withHosts(all);
      const pending = awaited.filter((each) => !isThrough(each));
      const [rollout = all[0]!] = [...pending, ...awaited];
      screen.show(viewRollout(rollout, new Date(), terminalWidth(process.stderr)), lineOfRollout(rollout));
      if (pending.length === 0 || stop.signal.aborted) {
        const others = awaited.filter((each) => each !== rollout);
        return { rollout, others, interrupted: stop.signal.aborted };
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw late(rollout, timeoutMs);
      await sleep(Math.min(lookEveryMs, leftMs), undefined, { signal: stop.signal }).catch(() => {});
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
): Promise<string[]> {
  const query = new URLSearchParams({ ...(name ? { name } : {}), ...(channel ? { channel } : {}) });
  const { rollouts } = await client.get<{ rollouts: RolloutSummary[] }>(`v1/rollouts?${query}`);
  const current = rollouts.filter(({ state }) => state !== 'superseded');
  const [only] = current;
  const what = ['a rollout', name && `of ${name}`, channel && `on ${channel}`].filter(Boolean).join(' ');
  if (!only && name && looksLikeId(name)) return [await findRollout(client, name)];
  if (!only) throw new InterlockError('not_found', { what });
  const choices = current.map((each) => `${each.name} --channel ${each.channel}`);
  if (new Set(choices).size > 1) {
    throw new InterlockError('usage', { problem: `which of them: ${choices.slice(0, 5).join(', ')}` });
  }
  const first = current.find(({ state }) => state === 'running') ?? only;
  const same = [first, ...current.filter(({ version }) => version === first.version)];
  return [...new Set(same.map(({ arch }) => same.find((each) => each.arch === arch)!.id))];
}

/** An architecture without hosts is waited for only when there is no other. */
function withHosts(all: RolloutDetail[]): RolloutDetail[] {
  const some = all.filter(({ active, tally }) => active > 0 || tally.on + tally.unable.length > 0);
  return some.length > 0 ? some : all;
}

/** Over and good: it is the server that says over, and hosts on the release that make it good. */
function isThrough(rollout: RolloutDetail): boolean {
  const { state, over, tally } = rollout;
  if (state === 'halted' || state === 'aborted' || state === 'superseded') throw stopped(rollout);
  if (over && tally.on === 0) throw unreached(rollout);
  return state === 'completed' && over;
}

function stopped(rollout: RolloutDetail): InterlockError {
  const { id, name, version, channel, state } = rollout;
  const next = {
    halted: `interlock rollout resume ${id.slice(0, 8)}, or interlock rollback ${name} --channel ${channel} --to VERSION --keys DIR`,
    aborted: `interlock rollout start ${name} --channel ${channel} begins another`,
    superseded: `interlock rollout watch ${name} --channel ${channel} follows the one that took its place`,
  }[state as 'halted' | 'aborted' | 'superseded'];
  const details = { id: id.slice(0, 8), name, version, channel, state: stateOf(rollout), next };
  return new InterlockError('rollout_stopped', details);
}

function unreached(rollout: RolloutDetail): InterlockError {
  const { id, name, version, channel } = rollout;
  const problem = unableWords(rollout) || 'the channel has no host that was seen in 14 days';
  return new InterlockError('rollout_unreached', { id: id.slice(0, 8), name, version, channel, problem });
}

function late(rollout: RolloutDetail, timeoutMs: number): InterlockError {
  const { id, name, version, channel, tally, inFlight, failed } = rollout;
  const figures = `${tally.on} on it, ${inFlight} under way, ${tally.coming} to come, ${failed} failed`;
  const problem = [figures, unableWords(rollout)].filter(Boolean).join('; ');
  const timeout = `${Math.round(timeoutMs / 1000)} s`;
  return new InterlockError('rollout_timeout', {
    id: id.slice(0, 8),
    name,
    version,
    channel,
    timeout,
    problem,
  });
}
