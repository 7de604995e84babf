import type { Command } from 'commander';
import { ChannelsAnswer } from '../protocol/api/operator.ts';
import type { Channel } from '../protocol/documents/channel.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { parse } from '../protocol/schema/schema.ts';
import { answerList } from '../system/command/answer-list.ts';
import { verb } from '../system/command/command.ts';
import type { List } from '../system/list/list.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';

interface Row extends Channel {
  hosts: number | undefined;
}

const versions = (some: readonly { version: string }[]) => some.map(({ version }) => version).join(' ');

const channelList: List<Row> = {
  none: 'no channels: interlock publish RELEASE --keys DIR --channel CHANNEL makes one',
  columns: [
    { name: 'name', value: ({ name }) => name },
    { name: 'channel', value: ({ channel }) => channel },
    { name: 'head', kind: 'version', value: ({ head }) => head.version },
    { name: 'hosts', kind: 'count', value: ({ hosts }) => hosts },
    {
      name: 'floors',
      value: ({ floors }) => versions(floors),
      show: ({ floors }) => versions(floors) || '-',
    },
    {
      name: 'blocked',
      value: ({ blocked }) => versions(blocked),
      show: ({ blocked }) => versions(blocked) || '-',
    },
    {
      name: 'withdrawn',
      value: ({ withdrawn }) => versions(withdrawn),
      show: ({ withdrawn }) => versions(withdrawn) || '-',
    },
    { name: 'minimum', kind: 'version', value: ({ minimum }) => minimum, isWide: true },
    { name: 'serial', kind: 'count', value: ({ serial }) => serial },
  ],
};

/** Adds `interlock channel list`: every channel with its head, its rules and how many hosts follow it. */
export function addChannelList(channel: Command): void {
  const list = addServerOptions(
    verb(
      channel,
      'list [name]',
      'Show the channels of an image, or of all, as the server shows them',
      'interlock channel list',
      'interlock channel list core',
    ),
  );
  answerList(list, channelList, async (name: string | undefined, flags: ClientOptions) => {
    const found = await createClient(flags).get('v1/channels');
    const answer = parse(ChannelsAnswer, found, 'the server’s answer');
    const meant = answer.channels.filter((one) => name === undefined || one.name === name);
    if (name !== undefined && meant.length === 0) {
      throw new InterlockError('not_found', { what: `a channel of ${name}` });
    }
    const rows = meant.map((one) => ({
      ...one,
      hosts: answer.hosts
        ? (answer.hosts.find((row) => row.name === one.name && row.channel === one.channel)?.hosts ?? 0)
        : undefined,
    }));
    return { rows };
  });
}
