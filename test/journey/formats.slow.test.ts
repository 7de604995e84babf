import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { VmOptions } from '../support/vm/qemu-args.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-formats-'));
}, 1_800_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const machines: [format: string, options: Partial<VmOptions>][] = [
  ['vmdk', { image: 'vmdk' }],
  ['vdi', { image: 'vdi' }],
  ['qcow2', { format: 'qcow2' }],
  ['vhdx', { image: 'vhdx' }],
  ['vhd', { image: 'vpc' }],
];

test.each(machines)('a host starts from a disk that is %s', async (format, options) => {
  const disk = join(scratch, `disk.${format}`);
  await run(process.execPath, [
    ...[interlock, 'disk', built.release('1'), '--out', disk, '--format', format],
  ]);
  await withVm(`formats-${format}`, disk, async ({ start }) => {
    const vm = await start({ ...options, onReset: 'stay-off' });
    await vm.waitForShell(bootSeconds);
    expect(await vm.run('cat /proc/cmdline')).toContain('interlock.roothash=');
    // every block of the root goes through dm-verity, and the state takes what is written
    await vm.run('dd if=/dev/mapper/root of=/dev/null bs=1M', bootSeconds);
    await vm.run('touch /var/started && sync', bootSeconds);
  });
});
