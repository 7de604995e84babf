import type { Command } from 'commander';
import type {
  PolicyAnswer,
  PreviewAnswer,
  RolloutAction,
  RolloutDetail,
  RolloutSummary,
} from '../protocol/api/rollout.ts';
import { line } from '../protocol/text/visible.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { formatList } from '../system/list/format-list.ts';
import { statusOf } from '../system/process/interrupt.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { findRollout } from './client/find-id.ts';
import { readDuration } from './flags/duration.ts';
import { policyOption, readPolicyChoice } from './flags/policy-choice.ts';
import { readReason, reasonOption } from './flags/reason.ts';
import { describeStart, readStartTime, startOption } from './flags/start-time.ts';
import { readWindow, windowOption } from './flags/window.ts';
import { rolloutList } from './format/rollout-list.ts';
import { describeEnd, describePreview, describeRollout } from './format/rollout-text.ts';
import { type WatchFlags, watchRollout } from './rollout-watch.ts';
import { readRunning, warnOfSuperseded } from './warn-superseded.ts';

type StartFlags = ClientOptions & {
  channel: string;
  policy?: string;
  window?: string;
  at?: string;
  reason?: string;
};
type Of = { name?: string; channel?: string };
/** Adds a verb of `interlock rollout`, with the options that reach a server. */
type Add = (signature: string, summary: string, ...examples: string[]) => Command;

const actions: Record<RolloutAction, [summary: string, done: string, reason: string]> = {
  pause: ['Stop new hosts from starting; hosts that have flipped continue', 'is paused', 'support is asleep'],
  resume: ['Continue; earlier failures no longer count against the limits', 'continues', 'one broken disk'],
  abort: [
    'End the rollout for good; hosts that have not flipped keep their version',
    'is aborted',
    'wrong kernel',
  ],
  finish: ['End the ramp: all hosts can start, within the limits', 'lets all hosts start', 'urgent fix'],
};

/** Adds `interlock rollout`: how a channel’s head reaches its hosts. */
export function addRollout(program: Command): void {
  const rollout = group(
    program,
    'rollout',
    'Show and control rollouts, which bring a channel’s head to its hosts',
  );
  const add: Add = (signature, summary, ...examples) =>
    addServerOptions(
      verb(rollout, signature, summary, ...examples.map((words) => `interlock rollout ${words}`)),
    );
  addList(add);
  addShow(add);
  addWatch(add);
  addPreview(add);
  addStart(add);
  addActions(add);
  addPolicy(add);
}

function addList(add: Add): void {
  const list = add('list', 'Show rollouts, newest first', 'list', 'list --name core --channel stable')
    .option('--name <name>', 'only rollouts of this image')
    .option('--channel <channel>', 'only rollouts on this channel');
  answerList(list, rolloutList, async ({ name, channel, ...flags }: ClientOptions & Of) => {
    const query = new URLSearchParams({ ...(name ? { name } : {}), ...(channel ? { channel } : {}) });
    const path = `v1/rollouts?${query}`;
    const { rollouts } = await createClient(flags).get<{ rollouts: RolloutSummary[] }>(path);
    return { rows: rollouts, ...((name || channel) && { none: 'no rollout matches' }) };
  });
}

function addShow(add: Add): void {
  add('show <rollout>', 'Show a rollout’s progress, and what its hosts wait for', 'show 1b4e28ba').action(
    answer(async (rollout: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const id = await findRollout(client, rollout);
      const data = await client.get<RolloutDetail>(`v1/rollouts/${encodeURIComponent(id)}`);
      return { text: describeRollout(data), data };
    }),
  );
}

function addWatch(add: Add): void {
  add(
    'watch [name]',
    'Follow a rollout until it is complete; fails if it stops, if no host runs the release, or after --timeout',
    'watch core --channel stable',
    'watch core --channel stable --timeout 2h',
  )
    .option('--channel <channel>', 'channel of the rollout; needed when several are active')
    .option('--timeout <duration>', 'fail if the rollout is not complete by then: 90s, 10m, 2h, 1d')
    .action(
      answer(async (name: string | undefined, flags: WatchFlags) => {
        const timeoutMs = flags.timeout === undefined ? undefined : readDuration(flags.timeout, '--timeout');
        const watched = await watchRollout(createClient(flags), name, flags.channel, timeoutMs);
        const { rollout, others, interrupted, signal } = watched;
        if (signal) process.exitCode = statusOf(signal);
        const text = interrupted ? '' : [rollout, ...others].map(describeEnd).join('\n');
        return { text, data: { ...rollout, ...(others.length > 0 ? { others } : {}) } };
      }),
    );
}

function addPreview(add: Add): void {
  addWithStart(
    add,
    'preview <name>',
    'Show which hosts would get the head, and when',
    'preview core --channel stable --policy careful',
  ).action(
    answer(async (name: string, flags: StartFlags) => {
      const body = await startBody(name, flags);
      const data = await createClient(flags).post<PreviewAnswer>('v1/rollouts/preview', body);
      return { text: describePreview(data), data };
    }),
  );
}

function addStart(add: Add): void {
  addWithStart(
    add,
    'start <name>',
    'Start a new rollout of the head',
    'start core --channel stable --policy careful',
    'start core --channel stable --window 22:00-05:00',
  )
    .option('--reason <text>', 'reason, for the audit log')
    .action(
      answer(async (name: string, flags: StartFlags) => {
        const body = await startBody(name, flags);
        const client = createClient(flags);
        const running = flags.at === undefined ? [] : await readRunning(client, name, flags.channel);
        const { rollouts } = await client.post<{ rollouts: RolloutSummary[] }>('v1/rollouts', body);
        const planned = rollouts
          .filter(({ state }) => state === 'scheduled')
          .map(({ starts }) => describeStart(starts));
        if (planned.length > 0) warnOfSuperseded(running);
        return { text: [formatList(rolloutList, rollouts), ...new Set(planned)].join('\n'), data: rollouts };
      }),
    );
}

function addWithStart(add: Add, signature: string, summary: string, ...examples: string[]): Command {
  return add(signature, summary, ...examples)
    .requiredOption('--channel <channel>', 'channel whose head to roll out')
    .option(...policyOption)
    .option(...windowOption)
    .option(...startOption);
}

function addActions(add: Add): void {
  for (const [action, [summary, done, why]] of Object.entries(actions)) {
    add(`${action} <rollout>`, summary, `${action} 1b4e28ba --reason "${why}"`)
      .option(...reasonOption)
      .action(
        answer(async (rollout: string, { reason: given, ...flags }: ClientOptions & { reason?: string }) => {
          const client = createClient(flags);
          const reason = await readReason(given, `${action} the rollout`);
          const path = `v1/rollouts/${await findRollout(client, rollout)}/${action}`;
          const data = await client.post<RolloutSummary>(path, { reason });
          return { text: line`the rollout of ${data.name} ${data.version} on ${data.channel} ${done}`, data };
        }),
      );
  }
}

function addPolicy(add: Add): void {
  add(
    'policy <name>',
    'Show the policy of a channel’s rollouts as a TOML file, or set it',
    'policy core --channel stable',
    'policy core --channel stable --set careful',
  )
    .requiredOption('--channel <channel>', 'channel of the policy')
    .option('--set <policy>', 'careful, normal, now, or a TOML file')
    .action(answer(policy));
}

async function policy(name: string, flags: ClientOptions & { channel: string; set?: string }) {
  const { channel, set } = flags;
  const path = `v1/policies/${name}/${channel}`;
  const client = createClient(flags);
  const data = set
    ? await client.replace<PolicyAnswer>(path, { policy: await readPolicyChoice(set) })
    : await client.get<PolicyAnswer>(path);
  const warnings = (data.warnings ?? []).map((warning) => line`# warning: ${warning}`);
  const { stringify } = await import('smol-toml');
  const head = line`# ${name} ${channel}: ${data.policy}`;
  return { text: [head, ...warnings, stringify(data.text)].join('\n').trimEnd(), data };
}

async function startBody(name: string, { channel, policy: given, window, at, reason }: StartFlags) {
  return {
    name,
    channel,
    ...(given ? { policy: await readPolicyChoice(given) } : {}),
    ...(window === undefined ? {} : { window: readWindow(window) }),
    ...(reason ? { reason } : {}),
    ...(at === undefined ? {} : { starts: readStartTime(at) }),
  };
}
