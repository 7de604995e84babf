import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Switch, startSwitch } from './switch.ts';

let network: Switch;
let machines: Machine[];

beforeEach(async () => {
  network = await startSwitch(3);
  machines = await Promise.all(network.ports.map(({ netdev }, index) => plugIn(netdev, index)));
});

afterEach(async () => {
  for (const { socket } of machines) socket.close();
  await network.close();
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

test('loses everything on a cut link, both ways', async () => {
  const [a, b, c] = machines as [Machine, Machine, Machine];
  network.ports[1]!.setLink(false);
  a.send('ffffffffffff', 'one');
  b.send('ffffffffffff', 'two');
  await seen(c, 1);
  await sleep(50);
  network.ports[1]!.setLink(true);
  a.send('ffffffffffff', 'three');
  await seen(b, 1);
  expect(b.got).toEqual(['three']);
  await seen(c, 2);
  expect(c.got).toEqual(['one', 'three']);
});

interface Machine {
  mac: string;
  socket: Socket;
  got: string[];
  send(to: string, text: string): void;
}

/** What QEMU does with a `dgram` network. */
async function plugIn(netdev: string, index: number): Promise<Machine> {
  const port = (name: string) => Number(new RegExp(`${name}\\.port=(\\d+)`).exec(netdev)![1]);
  const mac = `5254000000${index}0`;
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (frame) => got.push(frame.toString('latin1', 14)));
  socket.bind(port('local'), '127.0.0.1');
  await once(socket, 'listening');
  return {
    mac,
    socket,
    got,
    send: (to, text) =>
      socket.send(
        Buffer.concat([Buffer.from(`${to}${mac}0800`, 'hex'), Buffer.from(text)]),
        port('remote'),
        '127.0.0.1',
      ),
  };
}

async function seen({ got }: Machine, count: number): Promise<void> {
  await expect.poll(() => got.length, { timeout: 3000, interval: 5 }).toBe(count);
}
