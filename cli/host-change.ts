import { type Command, Option } from 'commander';
import { hostStates } from '../protocol/api/choices.ts';
import type { ChangeHostsAnswer, HostAction } from '../protocol/api/hosts.ts';
import { type ErrorCode, errorTable } from '../protocol/errors/error-table.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer } from '../system/command/command.ts';
import { addYes, confirm } from '../system/terminal/confirm.ts';
import { type Client, type ClientOptions, createClient } from './client/client.ts';
import { type MeantHost, meantHosts } from './client/find-hosts.ts';
import { collect } from './flags/collect.ts';
import { warnOfGroup, warnOfVersion } from './warn-unknown.ts';

/** Adds a verb to `interlock host`. */
export type AddVerb = (signature: string, summary: string, ...examples: string[]) => Command;

/** The flags of a verb that changes hosts. */
export interface ChangeFlags extends ClientOptions {
  off?: boolean;
  yes?: boolean;
  reason?: string;
  label?: string[];
  group?: string;
  channel?: string;
  state?: string;
}

/** Hosts in one request. */
const atOnce = 500;
const namedHosts = 10;

/** Adds what an operator sets on hosts: `hold`, `pin`, `group` and `approve`, each for one host or many. */
export function addHostChanges(add: AddVerb): void {
  addChange(
    add(
      'hold [host...]',
      'Keep hosts on the version they run',
      'hold web-1',
      'hold web-1 --off',
      'hold --label rack=b4',
    ),
  )
    .option('--off', 'let them update again')
    .action(act((words, { off }) => ({ words, action: { action: off ? 'unhold' : 'hold' } })));

  addChange(
    add(
      'pin [host...]',
      'Allow hosts one version only: hosts, then the version',
      'pin web-1 1.2.0',
      'pin web-1 --off',
      'pin 1.2.0 --label rack=b4',
    ),
  )
    .option('--off', 'let them follow their channel again')
    .action(
      act((words, { off }) => {
        if (off) return { words, action: { action: 'unpin' } };
        return { words: words.slice(0, -1), action: { action: 'pin', version: lastOf(words, 'version') } };
      }),
    );

  addChange(
    add(
      'group [host...]',
      'Set the group of hosts in rollouts, in place of the one in their configuration: hosts, then the group',
      'group web-1 canary',
      'group web-1 --off',
    ),
  )
    .option('--off', 'use the group in their configuration again')
    .action(
      act((words, { off }) => {
        if (off) return { words, action: { action: 'ungroup' } };
        return { words: words.slice(0, -1), action: { action: 'group', group: lastOf(words, 'group') } };
      }),
    );

  addChange(
    add('approve [host...]', 'Approve hosts that enrolled without a join token', 'approve web-1'),
  ).action(act((words) => ({ words, action: { action: 'approve' } })));
}

/** The flags of every verb that changes hosts: which, and why. */
export function addChange(command: Command): Command {
  return addYes(command)
    .option('--label <key=value>', 'all hosts with this label; can be given again', collect)
    .option('--group <group>', 'all hosts of this group')
    .option('--channel <channel>', 'all hosts of this channel')
    .addOption(new Option('--state <state>', 'all hosts in this state').choices(hostStates))
    .option('--reason <text>', 'why, for the audit log');
}

type Read = (words: string[], flags: ChangeFlags) => { words: string[]; action: HostAction };

function act(read: Read) {
  return answer(async (given: string[], flags: ChangeFlags) => {
    const { words, action } = read(given, flags);
    const client = createClient(flags);
    const hosts = await meantHosts(client, words, choiceOf(flags));
    if (words.length === 0) await confirm(flags.yes, `this changes ${nameAll(hosts)}`);
    if (action.action === 'pin') await warnOfVersion(client, hosts[0]!.id, action.version);
    if (action.action === 'group') await warnOfGroup(client, action.group);
    return changeAll(client, hosts, action, flags.reason);
  });
}

/** Which hosts the flags choose. */
export function choiceOf({ label, group, channel, state }: ChangeFlags): Record<string, string | undefined> {
  return { label: label?.join(','), group, channel, state };
}

/** Hosts by name, the first of many. */
export function nameAll(hosts: readonly MeantHost[]): string {
  if (hosts.length === 1) return hosts[0]!.called;
  const more = hosts.length - namedHosts;
  const names = hosts.slice(0, namedHosts).map(({ called }) => called);
  return `${hosts.length} hosts (${names.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** Changes all these hosts and says what became of each; one that fails keeps the others from nothing. */
export async function changeAll(
  client: Client,
  hosts: readonly MeantHost[],
  action: HostAction,
  reason: string | undefined,
): Promise<Answer> {
  const results: ChangeHostsAnswer['results'] = [];
  for (let from = 0; from < hosts.length; from += atOnce) {
    const some = hosts.slice(from, from + atOnce).map(({ id }) => id);
    const body = { hosts: some, ...action, ...(reason ? { reason } : {}) };
    results.push(...(await client.post<ChangeHostsAnswer>('v1/hosts/change', body)).results);
  }
  const failed = results.filter(({ problem }) => problem);
  const names = new Map(hosts.map(({ id, called }) => [id, called]));
  if (failed.length > 0) process.exitCode = exitOf(failed[0]!.problem!.kind);
  const done = hosts.filter(({ id }) => failed.every((result) => result.id !== id));
  const lines = [
    ...(done.length > 0 ? [sentence(action, done)] : []),
    ...failed.map(({ id, problem }) => line`${names.get(id) ?? id}: not changed: ${problem!.value}`),
  ];
  const [only] = results;
  const data = results.length === 1 && !only?.problem ? { id: only!.id, ...factOf(action) } : { results };
  return { text: lines.join('\n'), data };
}

function sentence(action: HostAction, hosts: readonly MeantHost[]): string {
  if (action.action === 'forget') return line`forgot ${nameAll(hosts)}`;
  return line`${nameAll(hosts)} ${doneText(action, hosts.length)}`;
}

function exitOf(kind: string): number {
  return errorTable[(Object.hasOwn(errorTable, kind) ? kind : 'internal') as ErrorCode].exit;
}

function doneText(done: HostAction, count: number): string {
  const [is, can, follow, are] =
    count === 1 ? ['is', 'can', 'follows its', 'its'] : ['are', 'can', 'follow their', 'their'];
  switch (done.action) {
    case 'hold':
      return `${is} held`;
    case 'unhold':
      return `${can} update again`;
    case 'pin':
      return `${is} pinned to ${done.version}`;
    case 'unpin':
      return `${follow} channel again`;
    case 'group':
      return `${is} in group ${done.group}`;
    case 'ungroup':
      return `${is} in the group of ${are} own configuration`;
    case 'approve':
      return `${is} approved`;
    case 'forget':
      return `${is} forgotten`;
  }
}

/** What `--json` says of one host that was changed. */
function factOf(done: HostAction): Record<string, unknown> {
  switch (done.action) {
    case 'hold':
    case 'unhold':
      return { held: done.action === 'hold' };
    case 'pin':
      return { version: done.version };
    case 'unpin':
      return { version: null };
    case 'group':
      return { group: done.group };
    case 'ungroup':
      return { group: null };
    case 'approve':
      return { approved: true };
    case 'forget':
      return { forgotten: true };
  }
}

function lastOf(words: readonly string[], what: string): string {
  const word = words.at(-1);
  if (word === undefined) throw new InterlockError('usage', { problem: `give a ${what} or --off` });
  return word;
}
