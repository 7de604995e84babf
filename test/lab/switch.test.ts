import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSwitch, type Switch } from '../../lab/network/switch.ts';

let network: Switch;
let folder: string;
let server: Server;
let machines: Machine[];

beforeEach(async () => {
  network = createSwitch();
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
  const path = join(folder, 's');
  server = createServer((socket) => network.plug(`n${++plugged}`, socket)).listen(path);
  await once(server, 'listening');
  let plugged = 0;
  machines = [];
  for (const name of ['n1', 'n2', 'n3']) machines.push(await plugIn(path, name));
});

afterEach(async () => {
  for (const { socket } of machines) socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

test('floods what it does not know, and learns where machines are', async () => {
  const [a, b, c] = machines as [Machine, Machine, Machine];
  a.send('ffffffffffff', 'anyone?');
  await seen(b, 1);
  await seen(c, 1);
  b.send(a.mac, 'me');
  await seen(a, 1);
  a.send(b.mac, 'hello');
  await seen(b, 2);
  expect(a.got).toEqual(['me']);
  expect(b.got).toEqual(['anyone?', 'hello']);
  expect(c.got).toEqual(['anyone?']);
});

test('loses everything of a port that is cut, both ways, until it is healed', async () => {
  const [a, b, c] = machines as [Machine, Machine, Machine];
  network.cut(['n2']);
  a.send('ffffffffffff', 'one');
  b.send('ffffffffffff', 'two');
  await seen(c, 1);
  network.cut([]);
  b.send('ffffffffffff', 'three');
  await seen(a, 1);
  await seen(c, 2);
  expect({ a: a.got, b: b.got, c: c.got }).toEqual({ a: ['three'], b: [], c: ['one', 'three'] });
});

test('takes frames in any pieces, and unplugs who is no network card', async () => {
  const [a, b] = machines as [Machine, Machine];
  const bytes = Buffer.concat([
    wired('ffffffffffff', a.mac, 'first'),
    wired('ffffffffffff', a.mac, 'second'),
  ]);
  for (const at of bytes.keys()) {
    a.socket.write(bytes.subarray(at, at + 1));
    if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await seen(b, 2);
  expect(b.got).toEqual(['first', 'second']);
  a.socket.write(Buffer.from('ffffffff', 'hex'));
  await once(a.socket, 'close');
});

interface Machine {
  mac: string;
  socket: Socket;
  got: string[];
  send(to: string, text: string): void;
}

/** What QEMU does with a `stream` network. */
async function plugIn(path: string, name: string): Promise<Machine> {
  const mac = `52540000000${name.slice(1)}`;
  const socket = createConnection(path);
  await once(socket, 'connect');
  const got: string[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      got.push(rest.toString('latin1', 4 + 14, 4 + length));
      rest = rest.subarray(4 + length);
    }
  });
  return { mac, socket, got, send: (to, text) => void socket.write(wired(to, mac, text)) };
}

function wired(to: string, from: string, text: string): Buffer {
  const frame = Buffer.concat([Buffer.from(`${to}${from}0800`, 'hex'), Buffer.from(text)]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(frame.length);
  return Buffer.concat([head, frame]);
}

async function seen({ got }: Machine, count: number): Promise<void> {
  await expect.poll(() => got.length, { timeout: 5000, interval: 5 }).toBe(count);
}
