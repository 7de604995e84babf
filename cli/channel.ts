import type { Command } from 'commander';
import { brakeBlock, brakeWithdraw } from '../builder/publish/edit-brake.ts';
import { blockVersion, setFloor, showChannel, withdrawVersion } from '../builder/publish/edit-channel.ts';
import { ChannelsAnswer } from '../protocol/api/operator.ts';
import type { Channel } from '../protocol/documents/channel.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { parse } from '../protocol/schema/schema.ts';
import { whatThereIs } from '../protocol/text/suggest.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { formatTable, text as heading } from '../system/terminal/table.ts';
import { addChannelList } from './channel-list.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { showChange } from './show-change.ts';

type Flags = ClientOptions & { keys: string; export?: string };
type EditFlags = Flags & { channel: string; reason: string; undo: boolean; as?: string };

/** Adds `interlock channel`: shows a channel's signed document, and changes it other than by release or rollback. */
export function addChannel(program: Command): void {
  const channel = group(program, 'channel', 'Show and change a channel’s signed document');
  addChannelList(channel);
  addServerOptions(
    verb(
      channel,
      'show <name> <channel>',
      'Show head, floors, blocked and withdrawn versions of a channel',
      'interlock channel show core stable',
      'interlock channel show core stable --keys ./keys',
    ),
  )
    .option('--keys <dir>', 'check every signature from this folder’s root; without it the server is trusted')
    .action(answer(show));

  const add = (signature: string, summary: string, words: string) =>
    addServerOptions(verb(channel, signature, summary, `interlock channel ${words} --keys ./keys`))
      .requiredOption('--keys <dir>', 'folder that `interlock keys init` created')
      .requiredOption('--channel <channel>', 'channel to change')
      .option('--export <file>', 'write a signing request instead, for keys on other machines');
  add(
    'block <name> <version>',
    'Block a version: no further host installs it',
    'block core 2 --channel stable',
  )
    .option('--as <role>', 'brake: sign with the on-call key')
    .option('--reason <text>', 'reason, shown to operators', 'blocked')
    .option('--undo', 'unblock the version', false)
    .action(answer(block));
  add(
    'withdraw <name> <version>',
    'Send hosts of one version to the head; with --as brake, hosts of the head to an earlier one',
    'withdraw core 2 --channel stable',
  )
    .option('--as <role>', 'brake: sign with the on-call key')
    .option('--to <version>', 'with --as brake: earlier head to go back to (default: the one before)')
    .option('--reason <text>', 'reason, shown to operators', 'withdrawn')
    .option('--undo', 'with --as brake: end the withdrawal', false)
    .action(answer(withdraw));
  add(
    'floor <name> <version>',
    'Make a version a floor: older hosts install it before any later one',
    'floor core 2 --channel stable',
  )
    .option('--undo', 'remove the floor', false)
    .action(
      answer(async (name: string, version: string, flags: EditFlags) => {
        const changed = await setFloor(target(name, flags), version, !flags.undo);
        const text = line`${version} is ${flags.undo ? 'no longer a' : 'a'} floor of ${flags.channel}`;
        return { text, data: { name, version, channel: flags.channel, changed } };
      }),
    );
}

async function show(name: string, channel: string, flags: ClientOptions & { keys?: string }) {
  const server = createClient(flags);
  if (flags.keys) {
    const data = await showChannel({ server, keysDir: flags.keys, name, channel });
    return { text: describe(data), data };
  }
  const { channels } = parse(ChannelsAnswer, await server.get(`/v1/channels/${name}`), 'the server’s answer');
  const data = channels.find((entry) => entry.channel === channel);
  if (!data) {
    const known = whatThereIs(
      channel,
      channels.map((entry) => entry.channel),
    );
    throw new InterlockError('not_found', { what: `${name} in channel ${channel}`, known });
  }
  return { text: describe(data), data };
}

async function block(name: string, version: string, flags: EditFlags) {
  const reason = flags.undo ? null : flags.reason;
  const edit = isBrake(flags) ? brakeBlock : blockVersion;
  const changed = await edit(target(name, flags), version, reason);
  const text = line`${flags.channel} ${flags.undo ? 'allows' : 'blocks'} ${version}`;
  return { text, data: { name, version, channel: flags.channel, changed } };
}

async function withdraw(name: string, version: string, flags: EditFlags & { to?: string }) {
  const asBrake = isBrake(flags);
  if (!asBrake && (flags.undo || flags.to !== undefined)) {
    throw new InterlockError('usage', { problem: '--to and --undo need --as brake' });
  }
  const changed = asBrake
    ? await brakeWithdraw(target(name, flags), version, flags.to, flags.undo ? null : flags.reason)
    : await withdrawVersion(target(name, flags), version, flags.reason);
  const text = line`${flags.channel} ${flags.undo ? 'no longer withdraws' : 'withdraws'} ${version}`;
  return { text, data: { name, version, channel: flags.channel, changed } };
}

function isBrake({ as }: EditFlags): boolean {
  if (as !== undefined && as !== 'brake') {
    throw new InterlockError('usage', { problem: `--as is ${as}; the only other role is brake` });
  }
  return as === 'brake';
}

function target(name: string, flags: EditFlags) {
  const { keys: keysDir, channel, export: exportTo } = flags;
  return { server: createClient(flags), keysDir, name, channel, exportTo, show: showChange };
}

function describe({ name, channel, serial, head, floors, minimum, blocked, withdrawn }: Channel): string {
  const rows = [
    ['head', head.version, Object.keys(head.releases).join(', ')],
    ...floors.map((floor) => ['floor', floor.version, '']),
    ...(minimum ? [['minimum', minimum, '']] : []),
    ...blocked.map(({ version, reason }) => ['blocked', version, reason]),
    ...withdrawn.map(({ version, to, reason }) => ['withdrawn', version, `to ${to}: ${reason}`]),
  ];
  const table = formatTable(['WHAT', 'VERSION', heading('DETAIL')], rows);
  return [line`${name} ${channel}, serial ${serial}`, table].join('\n');
}
