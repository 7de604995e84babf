import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** Reads the firmware's words about this machine. */
export async function readMachine(root: string): Promise<Machine> {
  const read = async (name: string) => {
    try {
      return (await readFile(join(root, 'sys/class/dmi/id', name), 'utf8')).trim();
    } catch {
      // a machine without DMI, or a firmware that leaves this out
      return '';
    }
  };
  return {
    sysVendor: await read('sys_vendor'),
    productName: await read('product_name'),
    productSerial: await read('product_serial'),
    productUuid: (await read('product_uuid')).toLowerCase(),
    chassisAssetTag: await read('chassis_asset_tag'),
    biosVendor: await read('bios_vendor'),
    biosVersion: await read('bios_version'),
  };
}
