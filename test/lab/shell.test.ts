import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShell } from '../../lab/machine/shell.ts';
import { answerRequests } from '../../lab/machine/shell-credentials.ts';

let folder: string;
let guest: ChildProcess;
let port: Server;
/** Who is connected to the port, as QEMU lets one at a time. */
let connected: Socket | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
  guest = spawn('/bin/sh', ['-c', answerRequests], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  port = createServer((socket) => {
    connected = socket;
    socket.on('error', () => {});
    socket.on('data', (data) => guest.stdin!.write(data));
  }).listen(join(folder, 'port'));
  guest.stdout!.on('data', (data) => connected?.write(data));
  await once(port, 'listening');
});

afterEach(async () => {
  const ended = once(guest, 'exit');
  guest.kill('SIGKILL');
  await ended;
  connected?.destroy();
  port.close();
  await rm(folder, { recursive: true });
});

async function open() {
  const socket = createConnection(join(folder, 'port'));
  await once(socket, 'connect');
  return { socket, shell: openShell(socket) };
}

test('scripts run one after the other, with status and output', async () => {
  const { shell } = await open();
  const all = await Promise.all([
    shell.run('echo out; echo err >&2', 10),
    shell.run('exit 7', 10),
    shell.run('sleep 5', 0.2),
    shell.run('printf "%s" "$(seq 3)"', 10),
  ]);
  expect(all).toEqual([
    { status: 0, output: 'out\nerr\n' },
    { status: 7, output: '' },
    { status: 124, output: '' },
    { status: 0, output: '1\n2\n3' },
  ]);
  shell.close();
});

test('who comes after somebody that left in the middle of a request or an answer gets their own', async () => {
  const first = await open();
  first.socket.write('x-1 10 400 ZWNobyBib2d1cyA+');
  await new Promise((resolve) => setTimeout(resolve, 50));
  first.shell.close();
  const second = await open();
  // it leaves before the answer
  void second.shell.run('sleep 0.3; echo second', 10).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  const third = await open();
  expect(await third.shell.run('echo third', 10)).toEqual({ status: 0, output: 'third\n' });
  second.shell.close();
  third.shell.close();
});

test('a machine that ends is an error for who waits', async () => {
  const { shell } = await open();
  const waiting = shell.run('sleep 20', 30);
  connected!.destroy();
  await expect(waiting).rejects.toThrow('ended');
  await expect(shell.run('true', 1)).rejects.toThrow('ended');
});
