import { type Command, Option } from 'commander';
import type { Static } from 'typebox';
import { hostStates } from '../protocol/api/choices.ts';
import type { HostDetail, HostSummary, HostsAnswer } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client/client.ts';
import { findHost } from './client/find-id.ts';
import { addEnrollment } from './enrollment.ts';
import { hostList } from './format/host-list.ts';
import { describeHost } from './format/host-text.ts';

/** What an operator can set on a host; `--off` unsets it. */
interface Setting {
  verb: 'hold' | 'pin' | 'group';
  /** Name of its argument; null when there is none. */
  argument: string | null;
  summary: string;
  example: string;
  off: string;
  body(value: string | null): unknown;
  text(value: string | null): string;
}

const settings: readonly Setting[] = [
  {
    verb: 'hold',
    argument: null,
    summary: 'Keep a host on the version it runs',
    example: 'hold web-1',
    off: 'let it update again',
    body: (value) => ({ held: value !== null }),
    text: (value) => (value === null ? 'can update again' : 'is held'),
  },
  {
    verb: 'pin',
    argument: 'version',
    summary: 'Allow a host one version only',
    example: 'pin web-1 1.2.0',
    off: 'let it follow its channel again',
    body: (version) => ({ version }),
    text: (version) => (version === null ? 'follows its channel again' : `is pinned to ${version}`),
  },
  {
    verb: 'group',
    argument: 'group',
    summary: 'Set a host’s group in rollouts, in place of the one in its configuration',
    example: 'group web-1 canary',
    off: 'use the group in the host’s configuration again',
    body: (group) => ({ group }),
    text: (group) => (group === null ? 'is in the group of its own configuration' : `is in group ${group}`),
  },
];

interface ListFlags extends ClientOptions {
  query?: string;
  state?: string;
  channel?: string;
  version?: string;
  group?: string;
  label?: string[];
  unapproved?: boolean;
  inTrouble?: boolean;
}

/** Adds `interlock host`: the state of hosts, the reason for it, and the settings of one host. */
export function addHost(program: Command): void {
  const host = group(program, 'host', 'Show and control the hosts of the fleet');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    addServerOptions(verb(host, signature, summary, ...examples.map((words) => `interlock host ${words}`)));

  const list = add(
    'list',
    'Show hosts',
    'list',
    'list --state waiting --channel stable',
    'list --label role=web',
  )
    .option(
      '--query <text>',
      'only hosts whose id or version starts with this text, or whose name contains it',
    )
    .addOption(new Option('--state <state>', 'only hosts in this state').choices(hostStates))
    .option('--channel <channel>', 'only hosts of this channel')
    .option('--version <version>', 'only hosts that run this version')
    .option('--group <group>', 'only hosts of this group')
    .option('--label <key=value>', 'only hosts with this label; can be given again', collect)
    .option('--unapproved', 'only hosts that wait for approval')
    .option('--in-trouble', 'only hosts whose agent reports a problem');
  answerList(
    list,
    hostList,
    async ({ query, state, channel, version, group, label, unapproved, inTrouble, ...flags }: ListFlags) => {
      if (unapproved && inTrouble) {
        throw new InterlockError('usage', { problem: 'give --unapproved or --in-trouble, not both' });
      }
      const flag = (unapproved && 'unapproved') || (inTrouble && 'in_trouble') || undefined;
      const filter = { query, state, channel, version, group, label: label?.join(','), flag };
      const rows = await readAll(createClient(flags), filter);
      return { rows, ...(Object.values(filter).some(Boolean) && { none: 'no host matches' }) };
    },
  );

  add('show <host>', 'Show a host’s state, the reason for it, and what would change it', 'show web-1').action(
    answer(async (name: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const data = await client.get<HostDetail>(pathOf(await findHost(client, name)));
      return { text: describeHost(data), data };
    }),
  );

  for (const setting of settings) addSetting(setting);

  add('approve <host>', 'Approve a host that enrolled without a join token', 'approve web-1').action(
    answer(async (name: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const id = await findHost(client, name);
      await client.send(`${pathOf(id)}/approve`, {});
      return { text: line`${name} is approved`, data: { id, approved: true } };
    }),
  );

  addEnrollment(add);

  function addSetting({ verb: word, argument, summary, example, off, body, text }: Setting): void {
    add(`${word} <host>${argument ? ` [${argument}]` : ''}`, summary, example, `${word} web-1 --off`)
      .option('--off', off)
      .action(
        answer(async (name: string, ...rest: [...string[], ClientOptions & { off?: boolean }]) => {
          const flags = rest.at(-1) as ClientOptions & { off?: boolean };
          const given = argument ? (rest[0] as string | undefined) : flags.off ? undefined : 'yes';
          if (Boolean(given) === Boolean(flags.off)) {
            throw new InterlockError('usage', { problem: `give a ${argument} or --off` });
          }
          const client = createClient(flags);
          const id = await findHost(client, name);
          const value = given ?? null;
          const change = body(value) as Record<string, unknown>;
          await client.send(`${pathOf(id)}/${word}`, change);
          return { text: line`${name} ${text(value)}`, data: { id, ...change } };
        }),
      );
  }
}

function collect(one: string, before: string[] = []): string[] {
  return [...before, one];
}

function pathOf(id: string): string {
  return `v1/hosts/${encodeURIComponent(id)}`;
}

async function readAll(client: Client, filter: Record<string, string | undefined>): Promise<HostSummary[]> {
  const hosts: HostSummary[] = [];
  const query = new URLSearchParams(Object.entries(filter).filter((entry) => entry[1]) as [string, string][]);
  for (let after: string | null = ''; after !== null; ) {
    if (after) query.set('after', after);
    const page: Static<typeof HostsAnswer> = await client.get(`v1/hosts${query.size > 0 ? `?${query}` : ''}`);
    hosts.push(...page.hosts);
    after = page.next;
  }
  return hosts;
}
