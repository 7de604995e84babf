import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import { startVm, type Vm } from '../../support/vm/start-vm.ts';
import { interlock } from '../build-images.ts';
import { outFile } from '../with-vm.ts';
import { containerDisk } from './container-tar.ts';
import { freePorts } from './free-ports.ts';
import { type Place, stateSize, writeHostConfig } from './host-config.ts';

export interface MemberOptions {
  /** Folder of this member alone. */
  folder: string;
  /** Folder of the release it starts with. */
  release: string;
  place: Place;
  all: readonly Place[];
  /** Value of `-netdev` for the switch. */
  netdev: string;
  /** Tar of the container, shown as a disk. */
  tar: string;
  credentials: Record<string, string>;
  beforeBoot(number: number): Promise<void>;
}

/** One host of the cluster. */
export interface Member extends Place {
  vm: Vm;
  /** Its etcd, from outside. */
  etcd: string;
  /** The container service's port on it, from outside. */
  web: string;
  stop(): Promise<void>;
}

/** Makes a member's disk and switches it on: one card on QEMU's user network, one on the switch. */
export async function startMember(options: MemberOptions): Promise<Member> {
  const { folder, place, netdev, tar } = options;
  const disk = join(folder, 'disk.raw');
  const config = join(folder, 'config');
  await mkdir(folder, { recursive: true });
  await writeHostConfig(config, place, options.all);
  const told = ['--out', disk, '--config', config, '--state-size', stateSize];
  await run(process.execPath, [interlock, 'disk', options.release, ...told]);
  const [etcd = 0, web = 0] = await freePorts(2);
  const forward = (port: number, inGuest: number) => `hostfwd=tcp:127.0.0.1:${port}-:${inGuest}`;
  const lan = netdev.replace(',', ',id=lan,');
  const vm = await startVm({
    disk,
    folder,
    memory: 1024,
    mostBoots: 4,
    net: ['user', forward(etcd, 2379), forward(web, 8080)].join(','),
    mac: place.mac.replace('77:00', '77:01'),
    credentials: options.credentials,
    beforeBoot: options.beforeBoot,
    extra: [
      ...['-netdev', lan, '-device', `virtio-net-pci,netdev=lan,mac=${place.mac},romfile=`],
      ...containerDisk(tar),
    ],
  });
  return {
    ...place,
    vm,
    etcd: `http://127.0.0.1:${etcd}`,
    web: `http://127.0.0.1:${web}`,
    async stop() {
      await vm.stop();
      await cp(join(folder, 'console.log'), outFile(`cluster-${place.name}.log`)).catch(() => {});
    },
  };
}
