import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { readRegister } from '../../signer/register/change-register.ts';
import { forgetHost, newJoinSecret } from '../../signer/register/join-secrets.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { formatTable } from '../../system/terminal/table.ts';
import { readDuration } from '../flags/duration.ts';
import { wholeNumber } from '../flags/whole-number.ts';
import { defragmentAll, replaceLost, showMembers } from './care.ts';
import { runSigner } from './signer.ts';

interface Flags {
  keys: string;
}

interface SecretFlags extends Flags {
  hosts: string;
  members?: string;
  ttl: string;
}

/** Adds `interlock etcd`: an etcd that hosts form by themselves, and the signer of their certificates. */
export function addEtcd(program: Command): void {
  const etcd = group(program, 'etcd', 'Let hosts form an etcd with TLS, and look after it');
  const add = (parent: Command, signature: string, summary: string, ...examples: string[]) =>
    verb(parent, signature, summary, ...examples).requiredOption(
      '--keys <dir>',
      'folder that `interlock keys etcd` made',
    );

  add(
    etcd,
    'signer',
    'Sign the requests of hosts that have a join secret, and renew what it signed',
    'interlock etcd signer --keys keys --listen 0.0.0.0:2390 --name signer.lan',
  )
    .option('--listen <address>', 'address and port', '127.0.0.1:2390')
    .option('--name <names...>', 'names and addresses by which hosts reach it', ['localhost', '127.0.0.1'])
    .action(answer(runSigner));

  const secrets = group(etcd, 'join-secret', 'Let hosts into etcd');
  add(
    secrets,
    'new',
    'Create a secret for user-data that lets in some hosts, for some time; it is shown once',
    'interlock etcd join-secret new --keys keys --hosts 4 --members 3 --ttl 1h',
  )
    .option('--hosts <n>', 'hosts that it lets in', '1')
    .option('--members <n>', 'how many of them may be members; 0 for clients alone (default: all)')
    .option('--ttl <time>', 'how long', '1h')
    .action(answer(makeSecret));

  add(etcd, 'status', 'Ask each member how it does', 'interlock etcd status --keys keys').action(
    answer(showMembers),
  );

  add(
    etcd,
    'replace-member <host>',
    'Replace a lost member by a host of its name and address with an empty disk',
    'interlock etcd replace-member n2 --keys keys',
  ).action(answer(replaceLost));

  add(
    etcd,
    'defrag',
    'Give unused space back to the disks, one member at a time, the leader last',
    'interlock etcd defrag --keys keys',
  ).action(answer(defragmentAll));

  add(etcd, 'hosts', 'List the hosts that the signer has let in', 'interlock etcd hosts --keys keys').action(
    answer(listHosts),
  );

  add(
    etcd,
    'forget <host>',
    'Let go of a host that is gone: it renews no certificate, and another one can have its name',
    'interlock etcd forget web-3 --keys keys',
  ).action(
    answer(async (name: string, { keys }: Flags) => {
      await forgetHost(keys, name);
      return { text: line`${name} is forgotten; its certificate holds until it ends`, data: { name } };
    }),
  );
}

async function makeSecret({ keys, hosts: text, members, ttl }: SecretFlags): Promise<Answer> {
  const hosts = wholeNumber('--hosts', text);
  const asMembers = members === '0' ? 0 : wholeNumber('--members', members ?? text);
  const terms = { hosts, members: Math.min(hosts, asMembers), ttlMs: readDuration(ttl, '--ttl') };
  const { secret, expires } = await newJoinSecret(keys, terms, new Date());
  return { text: secret, data: { secret, hosts, members: terms.members, expires } };
}

async function listHosts({ keys }: Flags): Promise<Answer> {
  const { hosts } = await readRegister(keys);
  const data = hosts.map(({ name, address, mode, signed }) => ({ name, address, mode, signed }));
  const rows = data.map(({ name, address, mode, signed }) => [name, address, mode, signed]);
  return { text: formatTable(['HOST', 'ADDRESS', 'IS', 'SIGNED'], rows), data };
}
