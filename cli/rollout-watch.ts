import { setTimeout as sleep } from 'node:timers/promises';
import type { RolloutDetail, RolloutSummary } from '../protocol/api/rollout.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { whatThereIs } from '../protocol/text/suggest.ts';
import { terminalWidth } from '../system/terminal/progress.ts';
import { openScreen } from '../system/terminal/screen.ts';
import type { Client, ClientOptions } from './client/client.ts';
import { findRollout, looksLikeId } from './client/find-id.ts';
import { describeUnable, rollbackCommand, stateOf } from './format/rollout-text.ts';
import { lineOfRollout, viewRollout } from './format/rollout-view.ts';

/** Flags of `interlock rollout watch`. */
export type WatchFlags = ClientOptions & { channel?: string; timeout?: string };

const pollMs = 2000;

/** The last state of a watched rollout, and whether Ctrl-C ended the watch early. */
export interface Watched {
  rollout: RolloutDetail;
  /** Rollouts of the same release on other architectures; watched together when named by image. */
  others: RolloutDetail[];
  interrupted: boolean;
  /** The signal that ended the watch early. */
  signal?: 'SIGINT' | 'SIGTERM';
}

/**
 * Shows a rollout until it is complete on each architecture that has hosts. Throws `rollout_stopped` when one halted, was
 * aborted or superseded, `rollout_unreached` when it finished and no host runs the release, and `rollout_timeout`.
 */
export async function watchRollout(
  client: Client,
  name: string | undefined,
  channel: string | undefined,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<Watched> {
  const ids = await choose(client, name, channel);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => stop.abort(signal);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const screen = openScreen(process.stderr);
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      const all = await Promise.all(ids.map((id) => client.get<RolloutDetail>(`v1/rollouts/${id}`)));
      const awaited = withHosts(all);
      const pending = awaited.filter((each) => !isComplete(each));
      const [rollout = all[0]!] = [...pending, ...awaited];
      screen.show(viewRollout(rollout, new Date(), terminalWidth(process.stderr)), lineOfRollout(rollout));
      if (pending.length === 0 || stop.signal.aborted) {
        const others = awaited.filter((each) => each !== rollout);
        const { aborted: interrupted, reason: signal } = stop.signal;
        return { rollout, others, interrupted, signal };
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw timedOut(rollout, timeoutMs);
      // a signal ends the pause, and the loop sees it
      await sleep(Math.min(pollMs, leftMs), undefined, { signal: stop.signal }).catch(() => {});
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
  if (!only) throw new InterlockError('not_found', { what, known: await guess(client, name, channel) });
  const choices = current.map((each) => `${each.name} --channel ${each.channel}`);
  if (new Set(choices).size > 1) {
    throw new InterlockError('usage', {
      problem: `several rollouts match; name one of: ${choices.slice(0, 5).join(', ')}`,
    });
  }
  const first = current.find(({ state }) => state === 'running') ?? only;
  const same = [first, ...current.filter(({ version }) => version === first.version)];
  return [...new Set(same.map(({ arch }) => same.find((each) => each.arch === arch)!.id))];
}

/** The image or channel that was probably meant. */
async function guess(client: Client, name: string | undefined, channel: string | undefined): Promise<string> {
  const { rollouts } = await client.get<{ rollouts: RolloutSummary[] }>('v1/rollouts');
  const names = [...new Set(rollouts.map((each) => each.name))];
  if (name && !names.includes(name)) return whatThereIs(name, names);
  const channels = rollouts.filter((each) => !name || each.name === name).map((each) => each.channel);
  return channel ? whatThereIs(channel, [...new Set(channels)]) : '';
}

/** Leaves out architectures without hosts, unless all are. */
function withHosts(all: RolloutDetail[]): RolloutDetail[] {
  const some = all.filter(({ active, tally }) => active > 0 || tally.on + tally.unable.length > 0);
  return some.length > 0 ? some : all;
}

/** True when the server says it is over and hosts run the release. */
function isComplete(rollout: RolloutDetail): boolean {
  const { state, over, tally } = rollout;
  if (state === 'halted' || state === 'aborted' || state === 'superseded') throw stopped(rollout);
  if (over && tally.on === 0) throw unreached(rollout);
  return state === 'completed' && over;
}

function stopped(rollout: RolloutDetail): InterlockError {
  const { id, name, version, channel, state } = rollout;
  const next = {
    halted: `interlock rollout resume ${id.slice(0, 8)}, or ${rollbackCommand(rollout)}`,
    aborted: `interlock rollout start ${name} --channel ${channel} starts another`,
    superseded: `interlock rollout watch ${name} --channel ${channel} follows its successor`,
  }[state as 'halted' | 'aborted' | 'superseded'];
  const details = { id: id.slice(0, 8), name, version, channel, state: stateOf(rollout), next };
  return new InterlockError('rollout_stopped', details);
}

function unreached(rollout: RolloutDetail): InterlockError {
  const { id, name, version, channel } = rollout;
  const problem = describeUnable(rollout) || 'no host of the channel has checked in within 14 days';
  return new InterlockError('rollout_unreached', { id: id.slice(0, 8), name, version, channel, problem });
}

function timedOut(rollout: RolloutDetail, timeoutMs: number): InterlockError {
  const { id, name, version, channel, tally, inFlight, failed } = rollout;
  const figures = `${tally.on} run it, ${inFlight} under way, ${tally.coming} to come, ${failed} failed`;
  const problem = [figures, describeUnable(rollout)].filter(Boolean).join('; ');
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
