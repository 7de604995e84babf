import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { freePorts } from './cluster/free-ports.ts';
import { stateSize } from './cluster/host-config.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 900;
const target = 'interlock-user-data.target';
/** What must not start before the host is what its user-data say. */
const later = ['ssh.service', 'docker.service', 'containerd.service', 'etcd.service'].concat([
  'interlock-agent.timer',
  'interlock-agent.service',
  'interlock-user-data-commands.service',
]);
let built: Built;
let folder: string;
beforeAll(async () => {
  built = await buildImages('core');
  folder = await mkdtemp(join(tmpdir(), 'interlock-core-user-data-'));
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'own')]);
}, 1_800_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what lets people in and runs their work on core starts after user-data, and lets in who they name', async () => {
  const key = (await readFile(join(folder, 'own.pub'), 'utf8')).trim();
  const file = join(folder, 'user-data');
  await writeFile(file, documentWith(key));
  const disk = join(folder, 'disk.raw');
  await run(process.execPath, [
    interlock,
    'disk',
    built.release('1'),
    '--out',
    disk,
    '--state-size',
    stateSize,
  ]);
  await withVm('core-user-data', disk, async ({ start }) => {
    const [ssh = 0] = await freePorts(1);
    const vm = await start({
      net: `user,hostfwd=tcp:127.0.0.1:${ssh}-:22`,
      extra: ['-fw_cfg', `name=opt/io.cloud-init/cloud-init/user-data,file=${file}`],
      onReset: 'stay-off',
    });
    await vm.waitForShell(bootSeconds);
    await vm.try('systemctl is-system-running --wait', bootSeconds);
    expect(await vm.run('systemctl --failed --plain --no-legend')).toBe('');
    const reached = await startOf(vm, target);
    const times = [`${reached} ${target}`];
    for (const unit of later) {
      expect((await vm.run(`systemctl show -p After --value ${unit}`)).split(/\s+/)).toContain(target);
      const at = await startOf(vm, unit);
      times.push(`${at} ${unit}`);
      if (at > 0) expect(at).toBeGreaterThanOrEqual(reached);
    }
    await writeFile(outFile('core-user-data.txt'), `${times.join('\n')}\n${vm.cpuSeconds().toFixed(1)} s\n`);
    for (const unit of ['ssh.service', 'docker.service', 'interlock-agent.timer'])
      expect(await startOf(vm, unit)).toBeGreaterThan(0);
    await vm.run('until [ -e /var/ran ]; do sleep 1; done', 300);
    expect(await vm.run('cat /var/ran')).toBe('docker active\n');

    expect(logIn(ssh, 'alice', 'id -un; hostname; cat /etc/motd')).toBe('alice\ncore-1\nhello\n');
    expect(logIn(ssh, 'root', 'id -un')).toBe('root\n');
  });
}, 2_400_000);

/** Microseconds since the kernel began at which a unit began to start; 0 for one that did not. */
async function startOf(vm: Vm, unit: string): Promise<number> {
  const text = await vm.run(
    `systemctl show -p InactiveExitTimestampMonotonic -p ActiveEnterTimestampMonotonic ${unit}`,
  );
  const at = (name: string) =>
    Number(new RegExp(`^${name}TimestampMonotonic=(\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return at('InactiveExit') || at('ActiveEnter');
}

function documentWith(key: string): string {
  return `#cloud-config
hostname: core-1
users:
  - {name: alice, shell: /bin/bash, groups: [docker], ssh_authorized_keys: ["${key}"]}
ssh_authorized_keys: ["${key}"]
write_files:
  - {path: /etc/motd, content: "hello\\n"}
runcmd:
  - echo "docker $(systemctl is-active docker)" >/var/ran
`;
}

function logIn(port: number, user: string, command: string): string {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'BatchMode=yes',
  ];
  const args = [...options, 'IdentitiesOnly=yes', 'ConnectTimeout=120'].flatMap((option) => ['-o', option]);
  const all = [
    '-F',
    'none',
    '-p',
    String(port),
    ...args,
    '-i',
    join(folder, 'own'),
    `${user}@127.0.0.1`,
    command,
  ];
  const { stdout, stderr } = spawnSync('ssh', all, { encoding: 'utf8', timeout: 300_000 });
  return stdout + stderr;
}
