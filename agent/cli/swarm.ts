import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line } from '../../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { dockerAddress } from '../../system/docker/address.ts';
import { openDocker } from '../../system/docker/docker.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { readHostEtcd } from '../etcd/host-etcd.ts';
import { etcdOptionsFor } from '../etcd/options-for.ts';
import { readMachineId } from '../state/machine-id.ts';
import { formSwarm } from '../swarm/form.ts';
import { localSwarm } from '../swarm/ports.ts';
import { requireSwarmQuorum } from '../swarm/quorum.ts';
import { spreadServices } from '../swarm/spread.ts';

interface FormFlags {
  role: 'auto' | 'manager' | 'worker';
  address?: string;
  size: string;
}

/** Adds `interlock-agent swarm`: this host's part in the cluster's Docker swarm. */
export function addSwarm(program: Command, root: () => string): void {
  const swarm = group(program, 'swarm', 'Form the Docker swarm of the hosts that share an etcd, and keep it');
  addForm(swarm, root);
  verb(
    swarm,
    'may-leave',
    'Fail if the other managers could decide nothing while this host is down',
    'interlock-agent swarm may-leave',
  ).action(
    answer(async (): Promise<Answer> => {
      const docker = openDocker(await dockerAddress({}));
      const text = await requireSwarmQuorum({ docker });
      return { text, data: { mayLeave: true, text } };
    }),
  );
  verb(
    swarm,
    'spread',
    'Start containers of crowded services again, one at a time, so that hosts that came back get some',
    'interlock-agent swarm spread',
  ).action(
    answer(async (): Promise<Answer> => {
      const docker = openDocker(await dockerAddress({}));
      const { ControlAvailable } = await localSwarm({ docker });
      const done = ControlAvailable ? await spreadServices({ docker }) : [];
      const nothing = ControlAvailable
        ? 'no service is crowded'
        : 'this host is no manager; the leader does it';
      return { text: done.join('\n') || nothing, data: { done } };
    }),
  );
}

function addForm(swarm: Command, root: () => string): void {
  verb(
    swarm,
    'form',
    'Make the swarm, or join it; the leader also spreads services and removes nodes of replaced hosts',
    'interlock-agent swarm form --role auto --size 3',
  )
    .addOption(
      new Option('--role <role>', 'auto: members of etcd are managers, others workers')
        .choices(['auto', 'manager', 'worker'])
        .default('auto')
        .env('SWARM_ROLE'),
    )
    .addOption(
      new Option(
        '--address <address>',
        'address or interface by which other hosts reach this one (default: as in etcd)',
      ).env('SWARM_ADDRESS'),
    )
    .addOption(
      new Option('--size <hosts>', 'hosts that the swarm begins with; then its tokens are replaced')
        .default('3')
        .env('SWARM_SIZE'),
    )
    .action(
      answer(async (flags: FormFlags): Promise<Answer> => {
        const paths = pathsOf(root());
        const settings = await readSettings(paths);
        const role = await roleOf(flags.role, settings, paths);
        // where one document is for all hosts, none can name an address: etcd's members found theirs
        const address = flags.address ?? (await readHostEtcd(paths.root))?.address;
        const etcd = openEtcd(
          await etcdOptionsFor(paths.root, settings, role === 'manager' ? 'swarm' : 'worker'),
        );
        try {
          const docker = openDocker(await dockerAddress({}));
          const done = await formSwarm(
            { docker, etcd },
            {
              machineId: await readMachineId(paths),
              role,
              size: sizeOf(flags.size),
              ...(address ? { address } : {}),
            },
          );
          return { text: line`this host ${done}`, data: { role, done } };
        } finally {
          etcd.close();
        }
      }),
    );
}

async function roleOf(
  role: FormFlags['role'],
  { lock }: Settings,
  { root, etc }: Paths,
): Promise<'manager' | 'worker'> {
  if (role !== 'auto') return role;
  const isMember =
    (await readHostEtcd(root))?.mode === 'member' || lock?.member || existsSync(join(etc, 'etcd.env'));
  return isMember ? 'manager' : 'worker';
}

function sizeOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InterlockError('usage', { problem: `--size is ${text}; give a number of hosts such as 3` });
}
