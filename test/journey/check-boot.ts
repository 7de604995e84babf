import { join } from 'node:path';
import { checkMemory } from '../../agent/state/check-memory.ts';
import type { Memory } from '../../agent/state-machine/memory.ts';
import { run } from '../../system/process/run.ts';
import { findPartition } from '../support/vm/disk-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { readRelease } from './slot.ts';

/** What a machine that came up runs, and what its agent remembers. */
export interface Up {
  version: string;
  slot: 'a' | 'b';
  memory: Memory | null;
}

const script = `
set -e
table=$(dmsetup table root)
echo "$table"
set -- $table
sed -n s/^PARTNAME=root-//p /sys/dev/block/$5/uevent
ls /var/lib/interlock/agent 2>/dev/null | grep -c broken || true
cat /var/lib/interlock/agent/state.json 2>/dev/null || true
`;

/**
 * Throws unless the machine runs one of these releases from a slot that holds it byte for byte, behind dm-verity with
 * that release's root hash, and its agent's memory can be read.
 */
export async function checkBoot(vm: Vm, disk: string, releases: readonly string[]): Promise<Up> {
  const [table = '', slot = '', broken = '', ...rest] = (await vm.run(script)).split('\n');
  if (slot !== 'a' && slot !== 'b') throw new Error(`the root lies on no slot: ${table}`);
  if (broken !== '0') throw new Error('the agent put a damaged memory aside');
  const text = rest.join('\n').trim();
  for (const folder of releases) {
    const { version, root } = await readRelease(folder);
    if (!table.split(' ').includes(root.verity.rootHash)) continue;
    await compare(disk, `root-${slot}`, join(folder, 'root.erofs'));
    await compare(disk, `verity-${slot}`, join(folder, 'root.verity'));
    return { version, slot, memory: text ? checkMemory(text, 'state.json') : null };
  }
  throw new Error(`no release has this root hash: ${table}`);
}

async function compare(disk: string, partition: string, file: string): Promise<void> {
  const { offset } = await findPartition(disk, partition);
  await run('sh', [
    '-c',
    'cmp -n "$(stat -c %s "$3")" -i "$2:0" "$1" "$3"',
    'sh',
    disk,
    String(offset),
    file,
  ]);
}
