import type { Command } from 'commander';
import { makeFloor } from '../builder/keys/floor.ts';
import { initKeys } from '../builder/keys/init.ts';
import { makeKey } from '../builder/keys/make-key.ts';
import { renewKeys } from '../builder/keys/renew.ts';
import { keysStatus, type RoleStatus } from '../builder/keys/status.ts';
import { pullMetadata } from '../builder/publish/pull-metadata.ts';
import { pushRenewed } from '../builder/publish/push-renewed.ts';
import { line, visible } from '../protocol/text/visible.ts';
import { makeAuthority } from '../signer/folder/make-authority.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { formatTable } from '../system/terminal/table.ts';
import { addServerOptions, type ClientOptions, clientIfGiven } from './client/client.ts';
import { wholeNumber } from './flags/whole-number.ts';
import { addKeyChanges } from './keys-change.ts';
import { showChange } from './show-change.ts';

interface InitFlags {
  name: string;
  threshold: string;
  keys?: string;
  channels: string;
  tlsName: string[];
  x509: boolean;
}

/** Adds `interlock keys`: the keys that decide what hosts run. */
export function addKeys(program: Command): void {
  const keys = group(program, 'keys', 'Create and maintain signing keys');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    verb(keys, signature, summary, ...examples.map((words) => `interlock keys ${words}`));

  add(
    'init <dir>',
    'Create keys, the first metadata and certificates',
    'init ./keys',
    'init ./keys --threshold 2 --keys 3 --tls-name updates.lan',
  )
    .option('--name <name>', 'owner of the keys, for certificates', 'interlock')
    .option('--threshold <n>', 'signatures that each offline role needs', '1')
    .option('--keys <n>', 'keys to create for each offline role (default: the threshold)')
    .option('--channels <list>', 'channels, separated by commas', 'alpha,beta,stable')
    .option('--tls-name <names...>', 'names and addresses of the update server, for its certificate', [
      'localhost',
      '127.0.0.1',
    ])
    .option('--no-x509', 'do not create certificates for Secure Boot and TLS')
    .action(answer(init));

  add('status <dir>', 'Show version, expiry and keys of each role', 'status ./keys').action(
    answer(async (dir: string, _flags: unknown) => {
      const rows = await keysStatus(dir);
      return { text: table(rows), data: rows };
    }),
  );

  addServerOptions(
    add(
      'renew <dir>',
      'Sign metadata that expires soon again, and upload it with --server (or with the next publish)',
      'renew ./keys',
      'renew ./keys --role channel-stable',
    ),
  )
    .option('--all', 'all metadata, also what does not expire soon', false)
    .option('--role <roles...>', 'only these roles')
    .option('--export <file>', 'write a signing request instead, for keys on other machines')
    .action(answer(renew));

  addKeyChanges(add);

  add(
    'etcd <dir>',
    'Create authorities and passwords for an etcd that hosts form by themselves; they belong to its signer alone',
    'etcd ./etcd-keys',
  )
    .option('--name <name>', 'owner, for the certificates', 'interlock')
    .action(answer(makeEtcdKeys));

  add(
    'make <name>',
    'Create a key pair on a holder’s machine: keep NAME.pem, pass on NAME.pub for --public-key',
    'make root-carol',
  ).action(
    answer(async (name: string, _flags: unknown) => {
      const data = await makeKey(name);
      return { text: line`key ${data.id.slice(0, 8)}: keep ${name}.pem, pass on ${name}.pub`, data };
    }),
  );

  add(
    'floor <dir> <name>',
    'Print the trust floor for the next build of an image',
    'floor ./keys core > floor.json',
  )
    .option('--state-compat <version>', 'oldest version that can run on the state this image leaves behind')
    .action(
      answer(async (dir: string, name: string, flags: { stateCompat?: string }) => {
        const data = await makeFloor(dir, name, flags.stateCompat);
        return { text: JSON.stringify(data, null, 1), data };
      }),
    );
}

async function renew(dir: string, flags: ClientOptions & { all: boolean; role?: string[]; export?: string }) {
  const client = clientIfGiven(flags);
  if (client) await pullMetadata(client, dir);
  const renewed = await renewKeys(dir, {
    all: flags.all,
    roles: flags.role,
    exportTo: flags.export,
    show: showChange,
  });
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
    `created ${dir}: keep it offline and back it up`,
    `the server gets only ${dir}/online: interlock serve --online-keys ${dir}/online`,
  ];
  return { text: text.join('\n'), data: { dir, channels, threshold } };
}

async function makeEtcdKeys(dir: string, { name }: { name: string }) {
  const fingerprint = await makeAuthority(dir, name, new Date());
  const text = [
    `created ${dir}: keep it where only the signer reads it, and back it up`,
    `user-data name it by its fingerprint: authority: ${fingerprint}`,
    `next: interlock etcd signer --keys ${dir}`,
  ];
  return { text: text.map(visible).join('\n'), data: { dir, fingerprint } };
}

const idsInARow = 3;

/** A `?` marks the id of a key that is not in this folder; `NEEDS` is the threshold and the number of keys. */
function table(rows: readonly RoleStatus[]): string {
  const lines = rows.flatMap((row) => {
    const ids = row.ids.map((id) => (row.missing.includes(id) ? `${id}?` : id));
    const facts = [row.role, String(row.version ?? '-'), lifeOf(row), `${row.threshold} of ${row.keys}`];
    return [
      facts,
      ...Array.from({ length: Math.ceil(ids.length / idsInARow) - 1 }, () => ['', '', '', '']),
    ].map((cells, index) => [...cells, ids.slice(index * idsInARow, (index + 1) * idsInARow).join(' ')]);
  });
  return formatTable(['ROLE', 'VERSION', 'EXPIRES IN', 'NEEDS', 'KEYS'], lines);
}

function lifeOf({ daysLeft, due, tooLong }: RoleStatus): string {
  if (daysLeft === null) return 'server renews';
  if (daysLeft < 0) return 'expired';
  return `${daysLeft} days${tooLong ? ', too long' : ''}${due ? ', renew' : ''}`;
}
