import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import { foundInSeed } from '../documents/seed-documents.ts';
import type { Found } from '../ports/found.ts';
import { readSmall } from './read-small.ts';

/** QEMU's files as the kernel shows them. */
const folder = 'sys/firmware/qemu_fw_cfg/by_name';

/**
 * Reads user-data that QEMU was given on its command line, by cloud-init's names:
 * `-fw_cfg name=opt/io.cloud-init/cloud-init/user-data,file=…`, and `meta-data` and `network-config` beside it.
 */
export async function readFwCfg(root: string, machineId: string): Promise<Found | null> {
  await loadDriver(root);
  const read = (name: string) => readSmall(join(root, folder, 'opt/io.cloud-init/cloud-init', name, 'raw'));
  const [userData, metaData] = [await read('user-data'), await read('meta-data')];
  if (!userData && !metaData) return null;
  return foundInSeed(
    'fw-cfg',
    { userData, metaData, networkConfig: await read('network-config') },
    { fallbackId: machineId, trusted: true },
  );
}

/** The device is on every virtual machine of QEMU, its driver loaded only where udev looks at all devices. */
async function loadDriver(root: string): Promise<void> {
  if (existsSync(join(root, folder)) || !existsSync(join(root, 'sys/bus/acpi/devices/QEMU0002:00'))) return;
  // a kernel without it shows no files
  await run('modprobe', ['-q', 'qemu_fw_cfg']).catch(() => {});
}
