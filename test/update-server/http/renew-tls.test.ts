import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readTls } from '../../../update-server/http/read-tls.ts';
import { renewTls, type TlsRenewal } from '../../../update-server/http/renew-tls.ts';
import { scratch } from '../support/start-server.ts';

const { dir, remove } = scratch();
const at = (name: string) => join(dir, name);
const files = { certFile: at('tls.crt'), keyFile: at('tls.key') };
let server: Server;
let renewal: TlsRenewal;
let logged: [string, boolean][];

beforeAll(() => {
  for (const name of ['old', 'new']) makePair(name);
});
afterAll(remove);
beforeEach(async () => {
  for (const file of [files.certFile, files.keyFile]) rmSync(file, { force: true });
  put('old');
  logged = [];
  server = createServer(readTls(files), (_request, response) => response.end('x'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  renewal = renewTls(server, files, {
    info: (line) => logged.push([line, false]),
    error: (line) => logged.push([line, true]),
  });
});
afterEach(() => {
  renewal.stop();
  server.close();
  vi.useRealTimers();
});

it.each([
  ['are written over', () => put('new')],
  [
    'are renamed into place',
    () => {
      for (const end of ['crt', 'key']) {
        copyFileSync(at(`new.${end}`), at(`fresh.${end}`));
        renameSync(at(`fresh.${end}`), at(`tls.${end}`));
      }
    },
  ],
  [
    'become links to others',
    () => {
      for (const end of ['crt', 'key']) {
        rmSync(at(`tls.${end}`));
        symlinkSync(at(`new.${end}`), at(`tls.${end}`));
      }
    },
  ],
])('files that %s are shown to the next who connects', async (_how, renew) => {
  expect(await shown()).toBe('old');
  renew();
  expect(await shown()).toBe('old');
  vi.advanceTimersByTime(2000);
  expect(await shown()).toBe('new');
  expect(logged).toEqual([[expect.stringContaining('tls.crt'), false]]);
});

it.each([
  ['a certificate without its key', () => copyFileSync(at('new.crt'), files.certFile)],
  ['half a certificate', () => writeFileSync(files.certFile, readFileSync(at('new.crt')).subarray(0, 200))],
  ['an empty key', () => writeFileSync(files.keyFile, '')],
  ['no certificate at all', () => rmSync(files.certFile)],
])(
  '%s leaves the old pair in use, is said once, and the whole pair is taken afterwards',
  async (_what, spoil) => {
    spoil();
    vi.advanceTimersByTime(6000);
    expect(await shown()).toBe('old');
    expect(logged).toEqual([[expect.stringContaining('the old certificate stays'), true]]);
    put('new');
    vi.advanceTimersByTime(2000);
    expect(await shown()).toBe('new');
  },
);

it('is taken at once when asked', async () => {
  put('new');
  renewal.reload();
  expect(await shown()).toBe('new');
  appendFileSync(files.keyFile, 'rest');
  renewal.reload();
  expect(await shown()).toBe('new');
});

function makePair(name: string): void {
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name}`;
  const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
  const { status, stderr } = spawnSync('openssl', [...args.split(' '), ...out], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function put(name: string): void {
  copyFileSync(at(`${name}.crt`), files.certFile);
  copyFileSync(at(`${name}.key`), files.keyFile);
}

function shown(): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('whoever asks for it hears each time why a pair is not taken', () => {
  copyFileSync(at('new.crt'), files.certFile);
  vi.advanceTimersByTime(4000);
  renewal.reload();
  renewal.reload();
  vi.advanceTimersByTime(4000);
  expect(logged.map(([, isProblem]) => isProblem)).toEqual([true, true, true]);
});
