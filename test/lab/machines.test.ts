import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cut } from '../../lab/cut.ts';
import { down } from '../../lab/down.ts';
import { type Lab, labPaths, writeLab } from '../../lab/folder/lab.ts';
import { withLab } from '../../lab/folder/with-lab.ts';
import { freePorts } from '../../lab/machine/ports.ts';
import { partition } from '../../lab/partition.ts';
import { endProcess } from '../../lab/process/end.ts';
import { runningPid } from '../../lab/process/running.ts';
import { run } from '../../lab/run.ts';
import { startMachine } from '../../lab/start/start-machine.ts';
import { startSwitch } from '../../lab/start/start-switch.ts';
import { look } from '../../lab/watch/look.ts';
import { waitUntilUp } from '../../lab/watch/wait-until-up.ts';

const interlock = [process.execPath, new URL('../../cli/main.ts', import.meta.url).pathname] as const;
const told = {
  arch: 'x86-64',
  accelerator: 'tcg,thread=multi',
  sshKey: 'k',
  joinToken: 't',
  etcd: null,
} as const;
let scratch: string;
let folder: string;
let lab: Lab;

/** Stands for QEMU: says something on its console, listens nowhere, and runs for ever, unless its disk is missing. */
const machine = `#!/bin/sh
[ -e disk.qcow2 ] || { echo 'disk.qcow2: No such file' >&2; exit 1; }
printf 'BdsDxe: starting\\n[    1.000000] hello\\n' >>console.log
touch monitor.sock
exec sleep 1000
`;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lab-'));
  await mkdir(join(scratch, 'bin'));
  await writeFile(join(scratch, 'bin/qemu-system-x86_64'), machine);
  await chmod(join(scratch, 'bin/qemu-system-x86_64'), 0o755);
  vi.stubEnv('PATH', `${join(scratch, 'bin')}:${process.env.PATH}`);
  // longer than an address of a socket may be
  folder = join(scratch, 'a-folder-with-a-long-name'.repeat(5));
  const [server, ...ports] = await freePorts(3);
  const host = (name: string, ssh: number) => ({
    name,
    uuid: name,
    memory: 256,
    ssh,
    forwards: [],
    userData: null,
  });
  lab = {
    format: 1,
    id: 'ab',
    source: { kind: 'image', folder: '/x' },
    keys: '/x',
    channel: 'alpha',
    server: server!,
    hosts: [host('n1', ports[0]!), host('n2', ports[1]!)],
  };
  for (const { name } of lab.hosts) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'disk.qcow2'), '');
  }
  await writeLab(folder, lab);
});

afterEach(async () => {
  for (const { name } of lab.hosts) await endProcess(recordOf(name), { signal: 'SIGKILL' });
  await endProcess(labPaths(folder).switch.record);
  await rm(scratch, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const recordOf = (name: string) => join(folder, name, 'qemu.pid');
const startAll = async () => {
  const started = [];
  for (const host of lab.hosts) started.push(await startMachine(folder, lab, host, told));
  return started;
};
const phases = async () => (await look(folder, lab, [])).hosts.map(({ phase }) => phase);

test('machines start once, are seen, lose their power, start again, and leave nothing behind', async () => {
  expect(await phases()).toEqual(['off', 'off']);
  expect(await startAll()).toEqual([true, true]);
  expect(await startAll()).toEqual([false, false]);
  const pids = lab.hosts.map(({ name }) => runningPid(recordOf(name)));
  await expect.poll(phases, { timeout: 20_000 }).toEqual(['kernel', 'kernel']);

  await cut(folder, ['n2']);
  expect(await phases()).toEqual(['kernel', 'off']);
  await expect(cut(folder, ['n2'])).rejects.toMatchObject({ code: 'host_off' });
  await expect(cut(folder, ['n7'])).rejects.toThrow('this lab has n1, n2');
  await expect(run(folder, 'n2', ['true'], 1)).rejects.toMatchObject({ code: 'host_off' });
  expect(await startAll()).toEqual([false, true]);
  expect(await readFile(join(folder, 'n2/console.log.before'), 'utf8')).toContain('hello');
  pids[1] = runningPid(recordOf('n2'));

  expect(await down(folder)).toEqual(['n1', 'n2']);
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
  const commands = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  expect(await Promise.all(commands)).toEqual(['', '']);
  await expect(down(folder)).rejects.toMatchObject({ code: 'lab_missing' });
});

test('a machine that QEMU refuses is an error with QEMU’s words', async () => {
  await rm(join(folder, 'n1/disk.qcow2'));
  const failure = await startAll().catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'lab_program_failed' });
  expect((failure as Error).message).toContain(
    'QEMU of n1 does not run: it ended\n  disk.qcow2: No such file',
  );
});

test('a host that does not come up is an error with the last lines of its console', async () => {
  await startAll();
  const wait = { seconds: 0, elsewhere: new Set<string>(), known: async () => [], show: () => {} };
  const failure = await waitUntilUp(folder, lab, wait).catch((error: Error) => error);
  expect((failure as Error).message).toMatch(/^n1 did not come up: after 0 s it is at “kernel”[\s\S]*hello$/);
  await cut(folder, ['n1']);
  await expect(waitUntilUp(folder, lab, wait)).rejects.toThrow('n1 did not come up: it is off');
});

test('two commands never change one lab at once', async () => {
  await withLab(folder, async () => {
    await expect(cut(folder, ['n1'])).rejects.toMatchObject({ code: 'host_off' });
    await startAll();
    await expect(cut(folder, ['n1'])).rejects.toMatchObject({ code: 'busy' });
    await expect(down(folder)).rejects.toMatchObject({ code: 'busy' });
  });
});

test('the switch is a process of its own, which follows partitions, keeps them over a restart, and grows', async () => {
  await startSwitch(folder, lab, interlock);
  const { record, state } = labPaths(folder).switch;
  const first = runningPid(record);
  expect(await partition(folder, ['n1'], false)).toEqual(['n1']);
  await startSwitch(folder, lab, interlock);
  expect(runningPid(record)).toBe(first);
  await endProcess(record, { signal: 'SIGKILL' });
  await startSwitch(folder, lab, interlock);
  expect(JSON.parse(await readFile(state, 'utf8'))).toEqual({ ports: ['n1', 'n2'], cut: ['n1'] });
  expect((await look(folder, lab, [])).hosts.map(({ isCut }) => isCut)).toEqual([true, false]);
  lab = { ...lab, hosts: [...lab.hosts, { ...lab.hosts[0]!, name: 'n3' }] };
  await startSwitch(folder, lab, interlock);
  expect((await readdir(join(folder, 'network'))).toSorted()).toEqual(
    ['control.sock', 'n1.sock', 'n2.sock', 'n3.sock', 'network.json', 'switch.log', 'switch.pid'].toSorted(),
  );
  expect(await partition(folder, ['n1'], true)).toEqual([]);
}, 60_000);
