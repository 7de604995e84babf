import type { Command } from 'commander';
import { blockVersion, setFloor, showChannel, withdrawVersion } from '../builder/publish/edit-channel.ts';
import type { Channel } from '../protocol/channel.ts';
import { answer, verb } from '../system/command.ts';
import { formatTable } from '../system/terminal.ts';
import { addServerOptions, type ClientOptions, createClient } from './client.ts';

type Flags = ClientOptions & { keys: string };
type EditFlags = Flags & { channel: string; reason: string; undo: boolean };

const example = '--server http://127.0.0.1:8080 --keys ./keys';

/** `interlock channel …`: what a channel's signed document says, and the changes that are neither release nor rollback. */
export function addChannel(program: Command): void {
  const channel = program.command('channel').description('Show and change what a channel says');
  const add = (signature: string, summary: string, words: string) =>
    addServerOptions(
      verb(channel, signature, summary, `interlock channel ${words} ${example}`),
    ).requiredOption('--keys <dir>', 'folder of `interlock keys init`');
  add('show <name> <channel>', 'Show the signed document', 'show core stable').action(
    answer(async (name: string, into: string, flags: Flags) => {
      const data = await showChannel({
        server: createClient(flags),
        keysDir: flags.keys,
        name,
        channel: into,
      });
      return { text: describe(data), data };
    }),
  );
  add('block <name> <version>', 'Let no further host install a version', 'block core 2 --channel stable')
    .requiredOption('--channel <channel>', 'channel to change')
    .option('--reason <text>', 'why, for people', 'blocked')
    .option('--undo', 'let it go again', false)
    .action(
      answer(async (name: string, version: string, flags: EditFlags) => {
        const changed = await blockVersion(target(name, flags), version, flags.undo ? null : flags.reason);
        const text = `${flags.channel} ${flags.undo ? 'allows' : 'blocks'} ${version}`;
        return { text, data: { name, version, channel: flags.channel, changed } };
      }),
    );
  add(
    'withdraw <name> <version>',
    'Send hosts of one version to the head',
    'withdraw core 2 --channel stable',
  )
    .requiredOption('--channel <channel>', 'channel to change')
    .option('--reason <text>', 'why, for people', 'withdrawn')
    .action(
      answer(async (name: string, version: string, flags: EditFlags) => {
        const changed = await withdrawVersion(target(name, flags), version, flags.reason);
        const text = `${flags.channel} withdraws ${version}`;
        return { text, data: { name, version, channel: flags.channel, changed } };
      }),
    );
  add(
    'floor <name> <version>',
    'Make every older host run a version before it goes further',
    'floor core 2 --channel stable',
  )
    .requiredOption('--channel <channel>', 'channel to change')
    .option('--undo', 'take the floor away', false)
    .action(
      answer(async (name: string, version: string, flags: EditFlags) => {
        const changed = await setFloor(target(name, flags), version, !flags.undo);
        const text = `${version} is ${flags.undo ? 'no' : 'a'} floor of ${flags.channel}`;
        return { text, data: { name, version, channel: flags.channel, changed } };
      }),
    );
}

function target(name: string, flags: EditFlags) {
  return { server: createClient(flags), keysDir: flags.keys, name, channel: flags.channel };
}

function describe({ name, channel, serial, head, floors, minimum, blocked, withdrawn }: Channel): string {
  const rows = [
    ['head', head.version, Object.keys(head.releases).join(', ')],
    ...floors.map((floor) => ['floor', floor.version, '']),
    ...(minimum ? [['minimum', minimum, '']] : []),
    ...blocked.map(({ version, reason }) => ['blocked', version, reason]),
    ...withdrawn.map(({ version, to, reason }) => ['withdrawn', version, `to ${to}: ${reason}`]),
  ];
  return `${name} ${channel}, serial ${serial}\n${formatTable(['what', 'version', 'detail'], rows)}`;
}
