import type { Command } from 'commander';
import type { Static } from 'typebox';
import { type HostDetail, HostState, type HostSummary, type HostsAnswer } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client.ts';
import { addEnrolment } from './enrolment.ts';
import { findHost } from './find-id.ts';
import { describeHost, listHosts } from './host-text.ts';

/** What an operator may set on a host: a word or nothing, and `--off` takes it back. */
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
    summary: 'Keep a host on what it runs',
    example: 'hold web-1',
    off: 'let it go on',
    body: (value) => ({ held: value !== null }),
    text: (value) => (value === null ? 'may go on' : 'is held'),
  },
  {
    verb: 'pin',
    argument: 'version',
    summary: 'Let a host go to one version only',
    example: 'pin web-1 1.2.0',
    off: 'let it follow its channel again',
    body: (version) => ({ version }),
    text: (version) => (version === null ? 'may go on' : `goes to ${version} only`),
  },
  {
    verb: 'group',
    argument: 'group',
    summary: 'Count a host to a group in rollouts, whatever it says itself',
    example: 'group web-1 canary',
    off: 'leave its group to the host again',
    body: (group) => ({ group }),
    text: (group) => (group === null ? 'says its group itself' : `is in group ${group}`),
  },
];

interface ListFlags extends ClientOptions {
  query?: string;
  state?: string;
  channel?: string;
  version?: string;
  group?: string;
  unapproved?: boolean;
  inTrouble?: boolean;
}

/** `interlock host`: where hosts are, why, and the word to keep one as it is. */
export function addHost(program: Command): void {
  const host = group(program, 'host', 'Hosts of the fleet');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    addServerOptions(verb(host, signature, summary, ...examples.map((words) => `interlock host ${words}`)));

  add('list', 'Show hosts', 'list', 'list --state waiting --channel stable')
    .option('--query <text>', 'whose id or version begins so, or whose name has it')
    .option('--state <state>', `only ${HostState.enum.join(', ')}`)
    .option('--channel <channel>', 'only of a channel')
    .option('--version <version>', 'only those that run it')
    .option('--group <group>', 'only of a group')
    .option('--unapproved', 'only those that wait for approval')
    .option('--in-trouble', 'only those whose agent says what it is stuck on')
    .action(
      answer(
        async ({ query, state, channel, version, group, unapproved, inTrouble, ...flags }: ListFlags) => {
          if (unapproved && inTrouble) {
            throw new InterlockError('usage', { problem: 'give --unapproved or --in-trouble, not both' });
          }
          const flag = (unapproved && 'unapproved') || (inTrouble && 'in_trouble') || undefined;
          const filter = { query, state, channel, version, group, flag };
          const data = await readAll(createClient(flags), filter);
          return { text: listHosts(data, Object.values(filter).some(Boolean)), data };
        },
      ),
    );

  add('show <host>', 'Show where a host is, why, and what would change it', 'show web-1').action(
    answer(async (name: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const data = await client.get<HostDetail>(pathOf(await findHost(client, name)));
      return { text: describeHost(data), data };
    }),
  );

  for (const setting of settings) addSetting(setting);

  add('approve <host>', 'Let a host that enrolled without a join token count', 'approve web-1').action(
    answer(async (name: string, flags: ClientOptions) => {
      const client = createClient(flags);
      const id = await findHost(client, name);
      await client.tell(`${pathOf(id)}/approve`, {});
      return { text: line`${name} is approved`, data: { id, approved: true } };
    }),
  );

  addEnrolment(add);

  function addSetting({ verb: word, argument, summary, example, off, body, text }: Setting): void {
    add(`${word} <host>${argument ? ` [${argument}]` : ''}`, summary, example, `${word} web-1 --off`)
      .option('--off', off)
      .action(
        answer(async (name: string, ...rest: [...string[], ClientOptions & { off?: boolean }]) => {
          const flags = rest.at(-1) as ClientOptions & { off?: boolean };
          const given = argument ? (rest[0] as string | undefined) : flags.off ? undefined : 'yes';
          if (Boolean(given) === Boolean(flags.off)) {
            throw new InterlockError('usage', { problem: `give a ${argument}, or --off` });
          }
          const client = createClient(flags);
          const id = await findHost(client, name);
          const value = given ?? null;
          const change = body(value) as Record<string, unknown>;
          await client.tell(`${pathOf(id)}/${word}`, change);
          return { text: line`${name} ${text(value)}`, data: { id, ...change } };
        }),
      );
  }
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
