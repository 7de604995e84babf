import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { openErofs } from '../support/erofs/open-erofs.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { formatTimeline, timeline } from '../support/vm/timeline.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { containerDisk, containerImage, importContainer, makeContainerTar } from './cluster/container-tar.ts';
import { freePorts } from './cluster/free-ports.ts';
import { stateSize, stayAtHome } from './cluster/host-config.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 900;
const dockerSeconds = 300;
const longestScript = 256 * 1024;
let built: Built;
let folder: string;

beforeAll(async () => {
  built = await buildImages('core');
  folder = await mkdtemp(join(tmpdir(), 'interlock-core-'));
  for (const name of ['own', 'foreign']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  await makeContainerTar(join(folder, 'container.tar'));
}, 1_800_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('core has no package manager, compiler, Perl or Python, nor a script that wants one', async () => {
  const erofs = await openErofs(join(built.release('1'), 'root.erofs'));
  try {
    const programs = (await erofs.list()).filter(({ mode }) => isFile(mode) && (mode & 0o111) !== 0);
    expect(programs.map(({ path }) => path)).toContain('usr/bin/docker');
    expect(programs.map(({ path }) => path).filter((path) => tools.test(basename(path)))).toEqual([]);
    const wanting: string[] = [];
    for (const { path, size } of programs) {
      if (size > longestScript) continue;
      const [first = ''] = (await erofs.readFile(path)).toString('latin1').split('\n');
      if (/^#!.*(perl|python)/.test(first)) wanting.push(path);
    }
    expect(wanting).toEqual([]);
  } finally {
    await erofs.close();
  }
});

test('core boots in 1 GiB, lets in its own key only and runs containers', async () => {
  await withVm('core', await diskForKey(), async ({ start }) => {
    const [ssh = 0] = await freePorts(1);
    const vm = await start({
      memory: 1024,
      net: `user,hostfwd=tcp:127.0.0.1:${ssh}-:22`,
      extra: containerDisk(join(folder, 'container.tar')),
      onReset: 'stay-off',
    });
    await vm.waitForShell(bootSeconds);
    const state = await vm.try('systemctl is-system-running --wait', bootSeconds);
    const failed = await vm.run('systemctl list-units --failed --plain --no-legend');
    expect({ state: state.output.trim(), failed }).toEqual({ state: 'running', failed: '' });
    const lines = formatTimeline(await timeline(vm));
    await writeFile(outFile('core.txt'), `${lines}${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);

    expect(await vm.run(listEntries)).toContain('interlock-1.conf');
    expect(logIn(ssh, 'own', 'cat /etc/hostname')).toEqual({ status: 0, output: 'one\n' });
    expect(logIn(ssh, 'foreign', 'id')).toEqual({ status: 255, output: refusal });
    expect(logIn(ssh, 'none', 'id')).toEqual({ status: 255, output: refusal });
    await runContainer(vm);
  });
});

function isFile(mode: number): boolean {
  return (mode & 0o170000) === 0o100000;
}

/** No password is asked for: the server offers keys only. */
const refusal = 'root@127.0.0.1: Permission denied (publickey).\r\n';

/** Names of programs that could change the system in place, or that others would need for it. */
const tools = /^(perl|python|dpkg|apt|gcc|g\+\+|pip|npm|update-alternatives)[\d.-]*|^(cc|ld|as|make)$/;

const listEntries = `
mkdir -p /run/esp && mount -o ro /dev/disk/by-partlabel/esp /run/esp
bootctl list --no-pager --esp-path=/run/esp; umount /run/esp
`;

async function runContainer(vm: Vm): Promise<void> {
  await vm.run(importContainer, dockerSeconds);
  const said = await vm.run(
    `docker run --rm ${containerImage} /bin/busybox echo from a container`,
    dockerSeconds,
  );
  expect(said).toBe('from a container\n');
  await vm.run('docker swarm init --advertise-addr 10.0.2.15', dockerSeconds);
  const service = `docker service create -d --no-resolve-image --name web ${containerImage}`;
  await vm.run(`${service} /bin/busybox sleep 1000`, dockerSeconds);
  await expect
    .poll(() => vm.run('docker ps --filter name=web --format {{.Status}}', dockerSeconds), {
      timeout: dockerSeconds * 1000,
      interval: 3000,
    })
    .toMatch(/^Up /);
}

/** A copy of the disk for one host that takes the key `own`. */
async function diskForKey(): Promise<string> {
  const config = join(folder, 'config');
  const disk = join(folder, 'disk.raw');
  await mkdir(join(config, 'ssh/authorized_keys.d'), { recursive: true });
  await stayAtHome(config);
  await writeFile(join(config, 'hostname'), 'one\n');
  await cp(join(folder, 'own.pub'), join(config, 'ssh/authorized_keys.d/root'));
  const options = ['--out', disk, '--config', config, '--state-size', stateSize];
  await run(process.execPath, [interlock, 'disk', built.release('1'), ...options]);
  return disk;
}

/** Logs in by one key, or by what a person could type when there is none. */
function logIn(
  port: number,
  key: 'own' | 'foreign' | 'none',
  command: string,
): { status: number | null; output: string } {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  options.push('IdentitiesOnly=yes', 'BatchMode=no', 'IdentityAgent=none', 'ConnectTimeout=120');
  if (key === 'none') options.push('PubkeyAuthentication=no');
  const args = options.flatMap((option) => ['-o', option]);
  if (key !== 'none') args.push('-i', join(folder, key));
  const all = ['-F', 'none', '-p', String(port), ...args, 'root@127.0.0.1', command];
  const { status, stdout, stderr } = spawnSync('ssh', all, { encoding: 'utf8', timeout: 300_000 });
  return { status, output: stdout + stderr };
}
