import type { Command } from 'commander';
import { addChannel } from '../builder/keys/add-channel.ts';
import { makeFloor } from '../builder/keys/floor.ts';
import { initKeys } from '../builder/keys/init.ts';
import { renewKeys } from '../builder/keys/renew.ts';
import { type Rotation, revokeKey, rotateKeys } from '../builder/keys/rotate.ts';
import { keysStatus, type RoleStatus } from '../builder/keys/status.ts';
import { pushRenewed } from '../builder/publish/push-renewed.ts';
import { InterlockError } from '../protocol/errors.ts';
import { answer, verb } from '../system/command.ts';
import { formatTable } from '../system/terminal.ts';
import { addServerOptions, type ClientOptions, createClient } from './client.ts';

interface InitFlags {
  name: string;
  threshold: string;
  keys?: string;
  channels: string;
  tlsName: string[];
  x509: boolean;
}

/** `interlock keys …`: the keys that decide what hosts run. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Make and look after signing keys');
  verb(
    keys,
    'init <dir>',
    'Make keys, first metadata and certificates',
    'interlock keys init ./keys --threshold 2 --keys 3',
  )
    .option('--name <name>', 'whose keys these are', 'interlock')
    .option('--threshold <n>', 'signatures that every offline role needs', '1')
    .option('--keys <n>', 'keys made for every offline role (default: the threshold)')
    .option('--channels <list>', 'channels, by commas', 'alpha,beta,stable')
    .option('--tls-name <names...>', 'names and addresses of the update server', ['localhost', '127.0.0.1'])
    .option('--no-x509', 'make no certificates for Secure Boot and TLS')
    .action(answer(init));
  verb(
    keys,
    'status <dir>',
    'Show versions, expiry and keys of every role',
    'interlock keys status ./keys',
  ).action(
    answer(async (dir: string, _flags: unknown) => {
      const rows = await keysStatus(dir);
      return { text: table(rows), data: rows };
    }),
  );
  addServerOptions(
    verb(
      keys,
      'renew <dir>',
      'Sign again what expires soon; with a server, upload it (the next publish does so too)',
      'interlock keys renew ./keys --server http://127.0.0.1:8080',
    ),
  )
    .option('--all', 'sign every role whose keys are here', false)
    .action(answer(renew));
  verb(
    keys,
    'rotate <dir> <role>',
    'Give a role new keys',
    'interlock keys rotate ./keys channel-alpha',
  ).action(
    answer(async (dir: string, role: string, _flags: unknown) => describe(await rotateKeys(dir, role))),
  );
  verb(keys, 'revoke <dir> <file>', 'Replace one key', 'interlock keys revoke ./keys root-1.pem').action(
    answer(async (dir: string, file: string, _flags: unknown) => describe(await revokeKey(dir, file))),
  );
  verb(
    keys,
    'add-channel <dir> <channel>',
    'Make keys for one more channel',
    'interlock keys add-channel ./keys canary',
  ).action(
    answer(async (dir: string, channel: string, _flags: unknown) => {
      await addChannel(dir, channel);
      return { text: `the next publish makes ${channel} known`, data: { channel } };
    }),
  );
  verb(
    keys,
    'floor <dir> <name>',
    'Print the trust floor for the next image of a name',
    'interlock keys floor ./keys core > floor.json && interlock build images/core --floor floor.json …',
  )
    .option('--state-compat <version>', 'oldest version that may run on the state this image leaves behind')
    .action(
      answer(async (dir: string, name: string, flags: { stateCompat?: string }) => {
        const data = await makeFloor(dir, name, flags.stateCompat);
        return { text: JSON.stringify(data, null, 1), data };
      }),
    );
}

function describe(rotation: Rotation) {
  const text = [
    `signed again: ${rotation.roles.join(', ')}; retired: ${rotation.retired.join(', ')}`,
    'upload it: interlock keys renew DIR --server URL (after new online keys: serve --online-keys DIR/online first)',
  ];
  return { text: text.join('\n'), data: rotation };
}

async function renew(dir: string, flags: ClientOptions & { all: boolean }) {
  const renewed = await renewKeys(dir, flags.all);
  const uploaded = flags.server !== undefined && (await pushRenewed(createClient(flags), dir));
  const text = renewed.length ? `signed again: ${renewed.join(', ')}` : 'nothing expires soon';
  return { text: uploaded ? `${text}\nuploaded` : text, data: { renewed, uploaded } };
}

async function init(dir: string, flags: InitFlags) {
  const threshold = wholeNumber('--threshold', flags.threshold);
  const channels = flags.channels.split(',').map((name) => name.trim());
  await initKeys(dir, {
    channels,
    threshold,
    keys: flags.keys === undefined ? threshold : wholeNumber('--keys', flags.keys),
    ...(flags.x509 ? { certificates: { name: flags.name, tlsNames: flags.tlsName } } : {}),
  });
  const text = [
    `made ${dir}: keep it offline and back it up`,
    `only ${dir}/online goes to the server: interlock serve --online-keys ${dir}/online`,
  ];
  return { text: text.join('\n'), data: { dir, channels, threshold } };
}

function table(rows: readonly RoleStatus[]): string {
  return formatTable(
    ['role', 'version', 'expires', 'days left', 'keys', 'here', 'needed'],
    rows.map((row) => [
      row.role,
      String(row.version ?? '-'),
      row.expires,
      row.daysLeft < 0 ? 'expired' : String(row.daysLeft),
      String(row.keys),
      String(row.here),
      String(row.threshold),
    ]),
  );
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InterlockError('usage', { problem: `${flag} ${text} is no whole number` });
  return Number(text);
}
