import { type Command, Option } from 'commander';
import { hostStates } from '../protocol/api/choices.ts';
import type { TimelineAnswer } from '../protocol/api/hosts.ts';
import type { HostDetail } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { readHosts } from './client/find-hosts.ts';
import { findHost } from './client/find-id.ts';
import { addEnrollment } from './enrollment.ts';
import { collect } from './flags/collect.ts';
import { hostList } from './format/host-list.ts';
import { describeEvents, describeHost } from './format/host-text.ts';
import { addHostChanges } from './host-change.ts';

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
      const rows = await readHosts(createClient(flags), filter);
      return { rows, ...(Object.values(filter).some(Boolean) && { none: 'no host matches' }) };
    },
  );

  add(
    'show <host>',
    'Show a host’s state, the reason for it, and what would change it',
    'show web-1',
    'show web-1 --events',
  )
    .option('--events', 'show everything that happened to it: check-ins, grants, reports, operators’ actions')
    .action(
      answer(async (name: string, { events, ...flags }: ClientOptions & { events?: boolean }) => {
        const client = createClient(flags);
        const path = `v1/hosts/${encodeURIComponent(await findHost(client, name))}`;
        const data = await client.get<HostDetail>(path);
        if (!events) return { text: describeHost(data), data };
        const timeline = await client.get<TimelineAnswer>(`${path}/timeline`);
        return { text: describeEvents(data, timeline.events), data: { ...data, ...timeline } };
      }),
    );

  addHostChanges(add);
  addEnrollment(add);
}
