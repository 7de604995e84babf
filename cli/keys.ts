import type { Command } from 'commander';
import { addBrake, addChannel } from '../builder/keys/add-role.ts';
import { rotateCertificate } from '../builder/keys/certificates-folder.ts';
import { makeFloor } from '../builder/keys/floor.ts';
import { initKeys } from '../builder/keys/init.ts';
import { readPublicKey } from '../builder/keys/load-signers.ts';
import { makeKey } from '../builder/keys/make-key.ts';
import { renewKeys } from '../builder/keys/renew.ts';
import { type RotateOptions, type Rotation, revokeKey, rotateKeys } from '../builder/keys/rotate.ts';
import { keysStatus, type RoleStatus } from '../builder/keys/status.ts';
import { pullMetadata } from '../builder/publish/pull-metadata.ts';
import { pushRenewed } from '../builder/publish/push-renewed.ts';
import { InterlockError } from '../protocol/errors.ts';
import { answer, verb } from '../system/command.ts';
import { formatTable } from '../system/terminal.ts';
import { addServerOptions, type ClientOptions, clientIfGiven } from './client.ts';

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
    .option('--all', 'also what does not expire soon', false)
    .option('--role <roles...>', 'these roles alone')
    .option('--export <file>', 'write a signing request instead: the keys lie elsewhere')
    .action(answer(renew));
  addChangeOptions(
    verb(
      keys,
      'rotate <dir> <role>',
      'Give a role new keys: any role, `online` (both the server has), or a certificate such as x509/tls-server',
      'interlock keys rotate ./keys channel-alpha',
    ),
  ).action(answer(rotate));
  addChangeOptions(
    verb(
      keys,
      'revoke <dir> <key>',
      'Replace one key, named by its file or its id: lost, or seen by others',
      'interlock keys revoke ./keys root-1.pem',
    ),
  ).action(
    answer(async (dir: string, key: string, flags: ChangeFlags) =>
      describe(await revokeKey(dir, key, await changeOf(dir, flags)), flags),
    ),
  );
  addChangeOptions(
    verb(
      keys,
      'add-channel <dir> <channel>',
      'Make keys for one more channel',
      'interlock keys add-channel ./keys canary',
    ),
  ).action(
    answer(async (dir: string, channel: string, flags: ChangeFlags) => {
      await addChannel(dir, channel, await changeOf(dir, flags));
      return { text: `the next publish makes ${channel} known`, data: { channel } };
    }),
  );
  addChangeOptions(
    verb(
      keys,
      'add-brake <dir> <channel>',
      'Make a key for whoever is on call: it may only block, or withdraw to an earlier head',
      'interlock keys add-brake ./keys stable',
    ),
  ).action(
    answer(async (dir: string, channel: string, flags: ChangeFlags) => {
      await addBrake(dir, channel, await changeOf(dir, flags));
      const text = `upload it: interlock keys renew ${dir} --server URL; the brake is brake-${channel}.pem`;
      return { text, data: { channel } };
    }),
  );
  verb(
    keys,
    'make <name>',
    'Make a key pair on a holder’s machine: NAME.pem stays, NAME.pub is for --public-key',
    'interlock keys make root-carol',
  ).action(
    answer(async (name: string, _flags: unknown) => {
      const data = await makeKey(name);
      return { text: `key ${data.id.slice(0, 8)}: ${name}.pem stays here, hand on ${name}.pub`, data };
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

interface ChangeFlags extends ClientOptions {
  publicKey?: string[];
  threshold?: string;
  export?: string;
}

function addChangeOptions(command: Command): Command {
  return addServerOptions(command)
    .option('--public-key <files...>', 'public keys of holders elsewhere, in place of keys made here')
    .option('--threshold <n>', 'signatures the role needs from now on')
    .option('--export <file>', 'write a signing request instead: the keys that must agree lie elsewhere');
}

/** What others signed meanwhile is brought here first, when there is a server to ask. */
async function changeOf(dir: string, flags: ChangeFlags): Promise<RotateOptions> {
  const { publicKey, threshold, export: exportTo } = flags;
  const client = clientIfGiven(flags);
  if (client) await pullMetadata(client, dir);
  return {
    publicKeys: publicKey && (await Promise.all(publicKey.map(readPublicKey))),
    threshold: threshold === undefined ? undefined : wholeNumber('--threshold', threshold),
    exportTo,
  };
}

async function rotate(dir: string, role: string, flags: ChangeFlags) {
  if (!role.startsWith('x509/'))
    return describe(await rotateKeys(dir, role, await changeOf(dir, flags)), flags);
  const retired = await rotateCertificate(dir, role);
  return { text: `made anew: ${role}; retired: ${retired.join(', ')}`, data: { roles: [role], retired } };
}

function describe(rotation: Rotation, flags: ChangeFlags) {
  const { roles, retired } = rotation;
  const text = [
    `signed again: ${roles.join(', ')}${retired.length ? `; retired: ${retired.join(', ')}` : ''}`,
    flags.export === undefined
      ? 'upload it: interlock keys renew DIR --server URL (after new online keys: serve --online-keys DIR/online first)'
      : `next: interlock sign --request ${flags.export} --keys DIR at each holder, then interlock sign --import`,
  ];
  return { text: text.join('\n'), data: rotation };
}

async function renew(dir: string, flags: ClientOptions & { all: boolean; role?: string[]; export?: string }) {
  const client = clientIfGiven(flags);
  if (client) await pullMetadata(client, dir);
  const renewed = await renewKeys(dir, { all: flags.all, roles: flags.role, exportTo: flags.export });
  const isSent = client !== undefined && flags.export === undefined;
  const uploaded = isSent && (await pushRenewed(client, dir));
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
    ['role', 'version', 'expires', 'days left', 'here', 'needed', 'keys'],
    rows.map((row) => [
      row.role,
      String(row.version ?? '-'),
      row.expires ?? 'by the server',
      row.daysLeft === null
        ? '-'
        : row.daysLeft < 0
          ? 'expired'
          : `${row.daysLeft}${row.due ? ' (renew)' : ''}`,
      `${row.here} of ${row.keys}`,
      String(row.threshold),
      row.ids.map((id) => (row.missing.includes(id) ? `${id}?` : id)).join(' '),
    ]),
  );
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InterlockError('usage', { problem: `${flag} ${text} is no whole number` });
  return Number(text);
}
