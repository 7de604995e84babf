import type { Command } from 'commander';
import { type DiscoveryMade, usualSize } from '../protocol/api/discovery.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { type Answer, answer, group, verb } from '../system/command/command.ts';
import { makeRegistry } from '../system/etcd/new-registry.ts';
import { openNamedEtcd } from '../system/etcd/options.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';

interface Flags extends ClientOptions {
  size: string;
  etcd?: string;
  cert?: string;
  key?: string;
  username?: string;
  passwordFile?: string;
}

/** Adds `interlock discovery`: how the members of a new etcd cluster find each other. */
export function addDiscovery(program: Command): void {
  const discovery = group(program, 'discovery', 'Let the members of a new etcd cluster find each other');
  addServerOptions(
    verb(
      discovery,
      'new',
      'Create a token for one cluster; it ends after a week. Members with etcd 3.4 or 3.5 get the URL as --discovery',
      'interlock discovery new --size 3',
      'interlock discovery new --size 3 --etcd https://e1:2379',
    ),
  )
    .option('--size <members>', 'members that the cluster begins with, 1 to 9', String(usualSize))
    .option(
      '--etcd <urls>',
      'client URLs of a running etcd that shall hold the token: members with etcd 3.6 get it as --discovery-token, and the URLs as --discovery-endpoints. --ca is then etcd’s',
    )
    .option('--cert <file>', 'client certificate for etcd without a Common Name, which its gateway refuses')
    .option('--key <file>', 'key of the client certificate')
    .option('--username <name>', 'etcd user')
    .option('--password-file <file>', 'file with the user’s password')
    .action(
      answer(async ({ size: text, ...flags }: Flags) => {
        if (!/^[1-9]$/.test(text)) {
          throw new InterlockError('usage', { problem: `--size is ${text}; give a number from 1 to 9` });
        }
        const size = Number(text);
        return flags.etcd ? makeInEtcd({ ...flags, etcd: flags.etcd }, size) : makeOnServer(flags, size);
      }),
    );
}

async function makeOnServer(flags: ClientOptions, size: number): Promise<Answer> {
  const data = await createClient(flags).post<DiscoveryMade>('v1/discovery', { size });
  return { text: data.url, data };
}

async function makeInEtcd(flags: Omit<Flags, 'size'> & { etcd: string }, size: number): Promise<Answer> {
  const etcd = await openNamedEtcd(flags);
  try {
    const { token, expires } = await makeRegistry(etcd, size);
    return { text: token, data: { token, endpoints: flags.etcd, size, expires } };
  } finally {
    etcd.close();
  }
}
