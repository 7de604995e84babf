import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Docker, openDocker } from '../../../system/docker/docker.ts';
import { run } from '../../../system/process/run.ts';
import { end } from '../etcd.ts';
import { packShell } from './shell-image.ts';

const home = join(import.meta.dirname, '../../..');
const tools = join(home, '.cache/tools');

/** Whether this computer lets us make machines of namespaces, and has Docker for them. */
export const mayRunDocker = process.getuid?.() === 0 && existsSync(join(tools, 'dockerd'));

/** A machine with a real dockerd: network, mounts, processes and host name are its own. */
export interface Machine {
  name: string;
  address: string;
  socket: string;
  docker: Docker;
  /** What a command line is put behind to run in the machine’s network. */
  prefix: readonly string[];
  /** Its power is cut: all its processes end at once. */
  cut(): Promise<void>;
  /** It starts with the disk it had, or an empty one. */
  start(disk?: 'kept' | 'empty'): Promise<void>;
}

/** Machines with one network among them. */
export interface Machines {
  folder: string;
  machines: Machine[];
  stop(): Promise<void>;
}

/** Starts machines whose Docker has the image `shell` (busybox); with no swarm yet. */
export async function startMachines(count: number): Promise<Machines> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-machines-'));
  const network = await holdNetwork();
  await run('nsenter', [...network.flags, 'ip', 'link', 'add', 'switch', 'type', 'bridge']);
  await run('nsenter', [...network.flags, 'ip', 'link', 'set', 'switch', 'up']);
  const machines = Array.from({ length: count }, (_, n) => makeMachine(folder, network.flags, n + 1));
  const stop = async () => {
    await Promise.all(machines.map((machine) => machine.cut()));
    await end(network.child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(machines.map((machine) => machine.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, machines, stop };
}

async function holdNetwork() {
  const child = spawn('unshare', ['--net', 'sleep', '1d'], { stdio: 'ignore' });
  const own = await ownNamespace(child.pid!);
  return { child, flags: ['--target', String(own), '--net'] };
}

function makeMachine(folder: string, network: readonly string[], n: number): Machine {
  const name = `n${n}`;
  const own = join(folder, name);
  const address = `10.77.0.${n}`;
  const socket = join(own, 'docker.sock');
  const prefix: string[] = [];
  const docker = openDocker({ kind: 'socket', path: socket, shown: `unix://${socket}` });
  let child: ChildProcess | undefined;
  return {
    ...{ name, address, socket, docker, prefix },
    async cut() {
      if (child) await end(child);
      child = undefined;
    },
    async start(disk = 'kept') {
      if (disk === 'empty') await rm(join(own, 'data'), { recursive: true, force: true });
      // the files of a run that was cut off would stand in the next one's way
      for (const old of ['exec', 'pid', 'docker.sock'])
        await rm(join(own, old), { recursive: true, force: true });
      mkdirSync(own, { recursive: true });
      const log = openSync(join(own, 'log'), 'a');
      const namespaces = [
        '--net',
        '--uts',
        '--mount',
        '--propagation',
        'private',
        '--pid',
        '--fork',
        '--kill-child',
      ];
      const script = join(import.meta.dirname, 'node.sh');
      child = spawn('unshare', [...namespaces, '--mount-proc', 'bash', script, name, own, tools], {
        stdio: ['ignore', log, log],
      });
      const inside = await innerProcess(child.pid!);
      prefix.splice(0, prefix.length, 'nsenter', '--target', String(inside), '--net', '--uts', '--');
      const inNetwork = (...words: string[]) =>
        run('nsenter', ['--target', String(inside), '--net', 'ip', ...words]);
      const cable = `cable${n}`;
      await run('nsenter', [...network, 'ip', 'link', 'del', cable]).catch(() => {});
      await run('nsenter', [
        ...network,
        'ip',
        'link',
        'add',
        cable,
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        String(inside),
      ]);
      await run('nsenter', [...network, 'ip', 'link', 'set', cable, 'master', 'switch', 'up']);
      await inNetwork('link', 'set', 'eth0', 'up');
      await inNetwork('addr', 'add', `${address}/24`, 'dev', 'eth0');
      await waitForDocker(docker, join(own, 'log'));
      await importShell(socket);
    },
  };
}

/** Waits until a process has left our network. */
async function ownNamespace(pid: number): Promise<number> {
  const ours = await readNamespace('self');
  for (let tries = 0; tries < 200; tries++, await sleep(50)) {
    const theirs = await readNamespace(pid).catch(() => ours);
    if (theirs !== ours) return pid;
  }
  throw new Error(`process ${pid} has no network of its own`);
}

async function readNamespace(pid: number | string): Promise<string> {
  return readlink(`/proc/${pid}/ns/net`);
}

/** The first process within: `unshare --fork` itself stays outside its process namespace. */
async function innerProcess(pid: number): Promise<number> {
  await ownNamespace(pid);
  for (let tries = 0; tries < 200; tries++, await sleep(50)) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const first = Number(children.trim().split(' ')[0]);
    if (first) return first;
  }
  throw new Error(`process ${pid} started nothing`);
}

async function waitForDocker(docker: Docker, log: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++, await sleep(100)) {
    const isUp = await docker.get('/info').then(
      () => true,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error(`dockerd does not start: ${(await readFile(log, 'utf8')).slice(-2000)}`);
}

/** An image of busybox alone, the same on every machine; nobody has a registry here. */
async function importShell(socket: string): Promise<void> {
  const docker = join(tools, 'dockerd/usr/bin/docker');
  const env = { ...process.env, DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: tmpdir() };
  if ((await run(docker, ['images', '-q', 'shell'], { env })).trim() !== '') return;
  await run('bash', ['-c', `${packShell} | "$0" import - shell`, docker], { env });
}
