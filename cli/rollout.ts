import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse as parseToml } from 'smol-toml';
import { InterlockError } from '../protocol/errors.ts';
import { readPolicy } from '../protocol/policy.ts';
import type {
  PolicyAnswer,
  PolicyChoice,
  PreviewAnswer,
  RolloutAction,
  RolloutDetail,
  RolloutSummary,
} from '../protocol/rollout.ts';
import { type Answer, answer, verb } from '../system/command.ts';
import { bar, formatTable } from '../system/terminal.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client.ts';

type StartFlags = ClientOptions & { channel: string; policy?: string; at?: string };
const actions: Record<RolloutAction, [summary: string, done: string]> = {
  pause: ['Let nobody start; who flipped goes on', 'is paused'],
  resume: ['Go on; failures before now no longer count against the limits', 'goes on'],
  abort: ['End it for good; hosts that did not flip stay where they are', 'is aborted'],
  finish: ['End the ramp: everybody may start, within the limits', 'lets everybody start'],
};

/** `interlock rollout`: how a channel's head reaches its hosts. */
export function addRollout(program: Command): void {
  const rollout = program.command('rollout').description('How a channel’s head reaches its hosts');
  const add = (signature: string, summary: string, words: string) =>
    addServerOptions(verb(rollout, signature, summary, `interlock rollout ${words}`));
  const addStart = (signature: string, summary: string, words: string) =>
    add(signature, summary, words)
      .requiredOption('--channel <channel>', 'channel whose head it is')
      .option('--policy <policy>', 'careful, normal, now, or a TOML file; else the channel’s own')
      .option('--at <time>', 'nobody starts before, such as 2026-03-01T22:00:00Z');

  addStart('start <name>', 'Roll the head out anew', 'start core --channel stable --policy careful').action(
    answer(async (name: string, flags: StartFlags) => {
      const body = await startBody(name, flags);
      const { rollouts } = await createClient(flags).post<{ rollouts: RolloutSummary[] }>(
        'v1/rollouts',
        body,
      );
      return { text: list(rollouts), data: rollouts };
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

  add('list', 'Show rollouts, the newest first', 'list --name core')
    .option('--name <name>', 'of one image only')
    .option('--channel <channel>', 'of one channel only')
    .action(
      answer(async ({ name, channel, ...flags }: ClientOptions & { name?: string; channel?: string }) => {
        const query = new URLSearchParams({ ...(name ? { name } : {}), ...(channel ? { channel } : {}) });
        const path = `v1/rollouts?${query}`;
        const { rollouts } = await createClient(flags).get<{ rollouts: RolloutSummary[] }>(path);
        return { text: list(rollouts), data: rollouts };
      }),
    );

  add('show <rollout>', 'Show how far a rollout is, and what its hosts wait for', 'show 1b4e…').action(
    answer(async (id: string, flags: ClientOptions) => show(createClient(flags), id)),
  );

  for (const [action, [summary, done]] of Object.entries(actions)) {
    add(`${action} <rollout>`, summary, `${action} 1b4e… --reason "support is asleep"`)
      .option('--reason <text>', 'why, for people', '')
      .action(
        answer(async (id: string, { reason, ...flags }: ClientOptions & { reason: string }) => {
          const path = `v1/rollouts/${encodeURIComponent(id)}/${action}`;
          const data = await createClient(flags).post<RolloutSummary>(path, { reason });
          return { text: `the rollout of ${data.name} ${data.version} on ${data.channel} ${done}`, data };
        }),
      );
  }

  add(
    'policy <name>',
    'Show or set what a channel’s rollouts follow',
    'policy core --channel stable --set careful',
  )
    .requiredOption('--channel <channel>', 'channel it is for')
    .option('--set <policy>', 'careful, normal, now, or a TOML file')
    .action(
      answer(
        async (
          name: string,
          { channel, set, ...flags }: ClientOptions & { channel: string; set?: string },
        ) => {
          const path = `v1/policies/${name}/${channel}`;
          const client = createClient(flags);
          const data = set
            ? await client.replace<PolicyAnswer>(path, { policy: await choose(set) })
            : await client.get<PolicyAnswer>(path);
          return { text: `${name} ${channel}: ${data.policy}\n${JSON.stringify(data.text, null, 2)}`, data };
        },
      ),
    );
}

async function startBody(name: string, { channel, policy, at }: StartFlags) {
  return {
    name,
    channel,
    ...(policy ? { policy: await choose(policy) } : {}),
    ...(at ? { starts: at } : {}),
  };
}

/** A shipped policy by name, or a file's text, checked here so that the message names the file. */
async function choose(policy: string): Promise<PolicyChoice> {
  if (!policy.endsWith('.toml')) return policy;
  const text = await readFile(policy, 'utf8').catch((cause: unknown) => {
    throw new InterlockError('not_found', { what: policy }, { cause });
  });
  try {
    const value = parseToml(text);
    readPolicy(value, policy);
    return value as PolicyChoice;
  } catch (cause) {
    if (cause instanceof InterlockError) throw cause;
    throw new InterlockError('bad_input', { what: policy, problem: (cause as Error).message }, { cause });
  }
}

function list(rollouts: readonly RolloutSummary[]): string {
  if (rollouts.length === 0) return 'no rollouts: interlock publish starts one';
  const rows = rollouts.map((rollout) => [
    rollout.id,
    `${rollout.name} ${rollout.version}`,
    rollout.channel,
    rollout.state,
    `${rollout.percent.toFixed(0)} %`,
    String(rollout.inFlight),
    String(rollout.confirmed),
    String(rollout.failed),
  ]);
  return formatTable(['ROLLOUT', 'RELEASE', 'CHANNEL', 'STATE', 'RAMP', 'UNDER WAY', 'GOOD', 'FAILED'], rows);
}

async function show(client: Client, id: string): Promise<Answer> {
  const data = await client.get<RolloutDetail>(`v1/rollouts/${encodeURIComponent(id)}`);
  const done = data.active > 0 ? Math.min(data.confirmed / data.active, 1) : 0;
  const facts = formatTable(
    ['ROLLOUT', data.id],
    [
      ['release', `${data.name} ${data.version} ${data.arch}`],
      ['channel', `${data.channel}, policy ${data.policy}`],
      ['state', data.reason ? `${data.state}: ${data.reason}` : data.state],
      ['begins', data.starts],
      ...(data.canary ? [['canary', data.canary]] : []),
      ['ramp', `${bar(data.percent / 100, 20)} ${data.percent.toFixed(1)} % may start`],
      ['hosts', `${bar(done, 20)} ${data.confirmed} good, ${data.failed} failed, ${data.active} active`],
      ['under way', `${data.inFlight} of at most ${data.inFlightLimit}`],
    ],
  );
  const rows = data.waiting.map(({ reason, hosts }) => [String(hosts), reason]);
  return { text: `${facts}\n\n${formatTable(['HOSTS', 'WERE ANSWERED'], rows)}`, data };
}

function describePreview({ version, policy, hosts, steps }: PreviewAnswer): string {
  const rows = steps.map(({ at, group, hosts: count, some }) => [
    at ?? 'not by this ramp',
    group ?? '',
    String(count),
    some
      .slice(0, 3)
      .map(({ hostname }) => hostname)
      .join(' '),
  ]);
  return `${version} by policy ${policy}: ${hosts} hosts\n${formatTable(['FROM', 'GROUP', 'HOSTS', 'AMONG THEM'], rows)}`;
}
