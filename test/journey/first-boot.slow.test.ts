import { mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
const more = 3 * 2 ** 30;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-first-boot-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('the first boot makes the machine’s own things once: state that fills the disk, machine id, configuration', async () => {
  await withVm('first-boot', await configuredDisk(), async ({ disk, start }) => {
    await truncate(disk, (await stat(disk)).size + more);
    const vm = await start({
      credentials: { 'interlock.config': 'group = "by-credential"\n', 'system.hostname': 'by-credential' },
    });
    await vm.waitForShell(bootSeconds);
    await isUp(vm);
    expect(await stateSize(vm)).toBeGreaterThan(more);
    const first = await ownThings(vm);
    expect(first.machineId).toMatch(/^[0-9a-f]{32}\n$/);
    expect(first.hostname).toBe('by-credential\n');
    expect(JSON.parse(first.status)).toMatchObject({ channel: 'from-the-disk', group: 'by-credential' });
    expect(await vm.run('stat -c %a /etc/interlock/agent.d/60-host.toml')).toBe('600\n');
    expect(await vm.run('dmesg | grep interlock:')).toContain('configuration was taken from the ESP');

    await vm.run('rm /etc/interlock/agent.d/60-host.toml; systemctl reboot --no-block');
    await vm.waitForShell(bootSeconds, 2);
    await isUp(vm);
    const second = await ownThings(vm);
    expect(second.machineId).toBe(first.machineId);
    expect(JSON.parse(second.status)).toMatchObject({ channel: 'stable', group: 'by-credential' });
    expect(await vm.run('ls /run/interlock')).not.toContain('grow');
    expect(await vm.run('dmesg | grep interlock:')).not.toContain('configuration');
  });
});

/** A host's own configuration on a disk without a boot counter. */
async function configuredDisk(): Promise<string> {
  const [folder, disk] = [join(scratch, 'etc/interlock/agent.d'), join(scratch, 'disk.raw')];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '60-host.toml'), 'channel = "from-the-disk"\n', { mode: 0o600 });
  const config = join(scratch, 'etc');
  await run(process.execPath, [interlock, 'disk', built.release('1'), '--out', disk, '--config', config]);
  return disk;
}

async function isUp(vm: Vm): Promise<void> {
  const { output } = await vm.try('systemctl is-system-running --wait', bootSeconds);
  expect(output).toBe('running\n');
}

/** Bytes of the file system under /var. */
async function stateSize(vm: Vm): Promise<number> {
  const [size, blocks] = (await vm.run('stat -f -c "%S %b" /var')).trim().split(' ').map(Number);
  return size! * blocks!;
}

async function ownThings(vm: Vm): Promise<{ machineId: string; hostname: string; status: string }> {
  return {
    machineId: await vm.run('cat /etc/machine-id'),
    hostname: await vm.run('cat /proc/sys/kernel/hostname'),
    status: await vm.run('interlock-agent status --json', 120),
  };
}
