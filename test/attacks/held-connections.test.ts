import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyRange } from '../../update-server/blobs/copy-range.ts';
import { limitsOfProcess } from '../../update-server/http/connections.ts';
import { bearer, logIn, makeApp, type TestApp } from '../update-server/support/make-app.ts';

const others = 20;
let desk: TestApp;
let port: number;
let sockets: Socket[];

beforeEach(async () => {
  desk = await makeApp({}, { connections: { others } });
  await desk.app.listen({ host: '127.0.0.1', port: 0 });
  port = (desk.app.server.address() as AddressInfo).port;
  sockets = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  desk.app.server.closeAllConnections();
  await desk.close();
});

const head = (path: string, ...lines: string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', ...lines, '', ''].join('\r\n');

function hold(text: string, reads = true): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    sockets.push(socket);
    socket.on('error', () => {});
    if (reads) socket.resume();
    else socket.pause();
    socket.write(text);
  });
}

const count = () =>
  new Promise<number>((resolve) => desk.app.server.getConnections((_error, found) => resolve(found)));

function ask(agent?: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    request(
      { port, host: '127.0.0.1', path: '/v1/hosts', headers: bearer(desk.tokens.viewer), agent },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    )
      .on('error', reject)
      .end();
  });
}

describe('while strangers hold all connections there are', () => {
  it.each([
    ['say nothing', ''],
    ['never end their headers', 'GET /v1/openapi.json HTTP/1.1\r\nx: '],
    ['never send their body', head('/v1/enroll', 'content-length: 60000')],
    [
      'never end a body of unknown length',
      `${head('/v1/enroll', 'transfer-encoding: chunked')}5\r\n{"hos\r\n`,
    ],
    ['ask and ask and read nothing', 'GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(20)],
    ['pretend to be operators', 'GET /v1/hosts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wrong\r\n\r\n'],
  ])('who %s, operators are answered, old connections and new ones', async (_how, text) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask(agent)).toBe(200);
    for (let n = 0; n < 100; n++) await hold(text, false);
    await expect.poll(count).toBeLessThanOrEqual(others + 1);
    expect(await ask()).toBe(200);
    const { sockets: used, freeSockets } = agent;
    const before = Object.values({ ...used, ...freeSockets }).flat()[0]?.localPort;
    expect(await ask(agent)).toBe(200);
    expect(Object.values({ ...agent.sockets, ...agent.freeSockets }).flat()[0]?.localPort).toBe(before);
    agent.destroy();
  });
});

describe('a body that does not come', () => {
  it.each([
    ['of a known length', head('/v1/enroll', 'content-length: 100')],
    ['of an unknown length', `${head('/v1/enroll', 'transfer-encoding: chunked')}5\r\n`],
    ['of a login', head('/v1/session', 'x-interlock: 1', 'content-length: 100')],
  ])('%s ends its connection after half a minute', async (_what, text) => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    const own = await makeApp();
    await own.app.listen({ host: '127.0.0.1', port: 0 });
    port = (own.app.server.address() as AddressInfo).port;
    const socket = await hold(`${text}{`);
    const over = new Promise((resolve) => socket.once('close', resolve));
    await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 100));
    vi.advanceTimersByTime(25_000);
    socket.write(' ');
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(11_000);
    await over;
    await own.close();
  });
});

describe('a reader who does not read', () => {
  it('is cut off when nothing of a chunk was taken for two minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const dir = mkdtempSync(join(tmpdir(), 'reader-'));
    const file = join(dir, 'blob');
    writeFileSync(file, Buffer.alloc(1_000_000));
    let wrote = 0;
    const stuck = new Writable({ write: () => void wrote++ });
    stuck.on('error', () => {});
    const copying = copyRange(file, 0, 999_999, stuck);
    const over = expect(copying).rejects.toThrow('does not read');
    while (wrote === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(119_000);
    expect(stuck.destroyed).toBe(false);
    vi.advanceTimersByTime(2000);
    await over;
    rmSync(dir, { recursive: true });
  });
});

it('one token keeps so many sessions and no more', async () => {
  const cookies: string[] = [];
  for (let n = 0; n < 25; n++) cookies.push(await logIn(desk.app, desk.tokens.viewer));
  const isIn = async (cookie: string) =>
    (await desk.app.inject({ url: '/v1/session', headers: { cookie } })).statusCode === 200;
  expect(await isIn(cookies[0]!)).toBe(true);
  for (let n = 0; n < 60; n++) {
    const at = new Date(desk.clock.now.getTime() + n + 1).toISOString();
    const { id } = (await desk.store.tokens()).find(({ role }) => role === 'viewer')!;
    const audit = {
      at,
      who: 'test',
      action: 'log in',
      subject: { kind: 'image', id: '' } as const,
      detail: '',
    };
    await desk.store.addSession({ hash: `h${n}`, token: id, at }, audit);
  }
  const left = await Promise.all(cookies.map(isIn));
  expect(left.filter(Boolean)).toHaveLength(4);
});

it.each([
  ['Max open files            1024                 524288               files', 576],
  ['Max open files            65536                65536                files', 20_000],
  ['Max open files            64                   64                   files', 16],
  ['nothing', 576],
])('%s leaves others %i connections', (text, limit) => {
  expect(limitsOfProcess(text)).toEqual({ others: limit });
});
