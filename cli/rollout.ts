import type { Command } from 'commander';
import { stringify } from 'smol-toml';
import type {
  PolicyAnswer,
  PreviewAnswer,
  RolloutAction,
  RolloutDetail,
  RolloutSummary,
} from '../protocol/api/rollout.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, createClient } from './client.ts';
import { readDuration } from './duration.ts';
import { findRollout } from './find-id.ts';
import { policyOption, readPolicyChoice } from './policy-choice.ts';
import { describeEnd, describePreview, describeRollout, listRollouts } from './rollout-text.ts';
import { type WatchFlags, watchRollout } from './rollout-watch.ts';

type StartFlags = ClientOptions & { channel: string; policy?: string; at?: string };
/** Exit status of a shell's command that Ctrl-C ended. */
const brokenOff = 130;

type Of = { name?: string; channel?: string };

const actions: Record<RolloutAction, [summary: string, done: string, reason: string]> = {
  pause: ['Let nobody start; who flipped goes on', 'is paused', 'support is asleep'],
  resume: ['Go on; failures before now no longer count against the limits', 'goes on', 'one broken disk'],
  abort: ['End it for good; hosts that did not flip stay where they are', 'is aborted', 'wrong kernel'],
  finish: ['End the ramp: everybody may start, within the limits', 'lets everybody start', 'urgent fix'],
};

/** `interlock rollout`: how a channel's head reaches its hosts. */
export function addRollout(program: Command): void {
  const rollout = group(program, 'rollout', 'How a channel’s head reaches its hosts');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    addServerOptions(
      verb(rollout, signature, summary, ...examples.map((words) => `interlock rollout ${words}`)),
    );
  const addStart = (signature: string, summary: string, example: string) =>
    add(signature, summary, example)
      .requiredOption('--channel <channel>', 'channel whose head it is')
      .option(...policyOption)
      .option('--at <time>', 'nobody starts before, such as 2026-03-01T22:00:00Z');

  add('list', 'Show rollouts, the newest first', 'list', 'list --name core --channel stable')
    .option('--name <name>', 'of one image only')
    .option('--channel <channel>', 'of one channel only')
    .action(
      answer(async ({ name, channel, ...flags }: ClientOptions & Of) => {
        const query = new URLSearchParams({ ...(name ? { name } : {}), ...(channel ? { channel } : {}) });
        const path = `v1/rollouts?${query}`;
        const { rollouts } = await createClient(flags).get<{ rollouts: RolloutSummary[] }>(path);
        return { text: listRollouts(rollouts), data: rollouts };
      }),
    );

  add('show <rollout>', 'Show how far a rollout is, and what its hosts wait for', 'show 1b4e28ba').action(
    answer(async (rollout: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const id = await findRollout(client, rollout);
      const data = await client.get<RolloutDetail>(`v1/rollouts/${encodeURIComponent(id)}`);
      return { text: describeRollout(data), data };
    }),
  );

  add(
    'watch [name]',
    'Follow a rollout until hosts run its release and nobody else can come; fails when it stops, when nobody is on it, or in time',
    'watch core --channel stable',
    'watch core --channel stable --timeout 2h',
  )
    .option('--channel <channel>', 'of this channel; needed when several roll out')
    .option('--timeout <duration>', 'fail when it is not through by then: 90s, 10m, 2h, 1d')
    .action(
      answer(async (name: string | undefined, flags: WatchFlags) => {
        const timeoutMs = flags.timeout === undefined ? undefined : readDuration(flags.timeout, '--timeout');
        const seen = await watchRollout(createClient(flags), name, flags.channel, timeoutMs);
        const { rollout, others, interrupted } = seen;
        if (interrupted) process.exitCode = brokenOff;
        const text = interrupted ? '' : [rollout, ...others].map(describeEnd).join('\n');
        return { text, data: { ...rollout, ...(others.length > 0 ? { others } : {}) } };
      }),
    );

  addStart(
    'preview <name>',
    'Show which hosts would get the head when',
    'preview core --channel stable --policy careful',
  ).action(
    answer(async (name: string, flags: StartFlags) => {
      const body = await startBody(name, flags);
      const data = await createClient(flags).post<PreviewAnswer>('v1/rollouts/preview', body);
      return { text: describePreview(data), data };
    }),
  );

  addStart('start <name>', 'Roll the head out anew', 'start core --channel stable --policy careful').action(
    answer(async (name: string, flags: StartFlags) => {
      const body = await startBody(name, flags);
      const { rollouts } = await createClient(flags).post<{ rollouts: RolloutSummary[] }>(
        'v1/rollouts',
        body,
      );
      return { text: listRollouts(rollouts), data: rollouts };
    }),
  );

  for (const [action, [summary, done, why]] of Object.entries(actions)) {
    add(`${action} <rollout>`, summary, `${action} 1b4e28ba --reason "${why}"`)
      .option('--reason <text>', 'why, for people', '')
      .action(
        answer(async (rollout: string, { reason, ...flags }: ClientOptions & { reason: string }) => {
          const client = createClient(flags);
          const path = `v1/rollouts/${await findRollout(client, rollout)}/${action}`;
          const data = await client.post<RolloutSummary>(path, { reason });
          return { text: line`the rollout of ${data.name} ${data.version} on ${data.channel} ${done}`, data };
        }),
      );
  }

  add(
    'policy <name>',
    'Show what a channel’s rollouts follow, as a file to change, or set it',
    'policy core --channel stable',
    'policy core --channel stable --set careful',
  )
    .requiredOption('--channel <channel>', 'channel it is for')
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
  const head = line`# ${name} ${channel}: ${data.policy}`;
  return { text: [head, ...warnings, stringify(data.text)].join('\n').trimEnd(), data };
}

async function startBody(name: string, { channel, policy: given, at }: StartFlags) {
  return {
    name,
    channel,
    ...(given ? { policy: await readPolicyChoice(given) } : {}),
    ...(at ? { starts: at } : {}),
  };
}
