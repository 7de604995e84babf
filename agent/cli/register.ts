import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { verb } from '../../system/command/command.ts';
import { dockerAddress } from '../../system/docker/address.ts';
import { openDocker } from '../../system/docker/docker.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { print } from '../../system/terminal/print.ts';
import { pathsOf } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { etcdOptionsFor } from '../etcd/options-for.ts';
import { ownAddress } from '../register/own-address.ts';
import { register } from '../register/register.ts';

interface Flags {
  docker?: string;
  address?: string;
  domain: string;
  lease: string;
}

/** Seconds that DNS servers keep an answer: shorter than a lease, so that the dead are not asked for much longer. */
const dnsSeconds = 10;

/** Adds `interlock-agent register`: containers of this host, as keys in etcd. */
export function addRegister(program: Command, root: () => string): void {
  verb(
    program,
    'register',
    'Keep the containers of this host registered in etcd, by name, until it is stopped',
    'interlock-agent register --domain cluster.local',
  )
    .option('--docker <address>', 'Docker to ask, without it DOCKER_HOST or unix:///var/run/docker.sock')
    .addOption(
      new Option(
        '--address <address>',
        'address of this host for others, without it the one towards etcd',
      ).env('REGISTER_ADDRESS'),
    )
    .addOption(
      new Option('--domain <domain>', 'where DNS names end').default('cluster.local').env('REGISTER_DOMAIN'),
    )
    .option('--lease <seconds>', 'how long the keys of a host that is gone stay', '30')
    .action(async (flags: Flags) => {
      const paths = pathsOf(root());
      const options = await etcdOptionsFor(paths.root, await readSettings(paths), 'register');
      const docker = openDocker(await dockerAddress(flags));
      const etcd = openEtcd(options);
      const over = new AbortController();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => over.abort());
      const address = flags.address ?? (await ownAddress(options.endpoints));
      print(`registers the containers of ${hostname()} at ${address}`);
      try {
        const place = { host: hostname(), address, domain: flags.domain, ttl: dnsSeconds };
        await register({ docker, etcd, say: print }, place, secondsOf(flags.lease), over.signal);
      } finally {
        etcd.close();
      }
    });
}

function secondsOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 3) return Number(text);
  throw new InterlockError('usage', {
    problem: `--lease is ${text}; give a number of seconds from 3 to 9999`,
  });
}
