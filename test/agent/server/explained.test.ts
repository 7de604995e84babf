import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainFailure, type Surroundings } from '../../../agent/server/explain-failure.ts';
import { explained } from '../../../agent/server/explained.ts';
import { lookAround } from '../../../agent/server/look-around.ts';
import { openServer } from '../../../agent/server/open-server.ts';
import { makeCertificates } from '../../../builder/keys/certificates/certificates.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { startServer } from '../../update-server/support/start-server.ts';

const body = {
  name: 'core',
  version: '1',
  arch: 'x86-64' as const,
  bootId: 'boot-0001',
  rootHash: 'a'.repeat(64),
  at: 'idle',
  failed: [],
};
const enroll = { machineId: '0'.repeat(32), hostname: 'h', name: 'core', arch: 'x86-64' as const };
const online: Partial<Surroundings> = { devices: ['eth0'], addressed: ['eth0'] };

let folder: string;
let closers: (() => void)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-explained-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers) close();
  await rm(folder, { recursive: true, force: true });
});

/** What a host says that checks in here. */
async function explanation(
  server: string,
  {
    ca,
    joinToken,
    around = online,
  }: { ca?: string; joinToken?: string; around?: Partial<Surroundings> } = {},
): Promise<{ code: string; message: string; remedy: string }> {
  const port = openServer({
    server,
    ca,
    channel: 'stable',
    group: 'default',
    signal: new AbortController().signal,
    identity: null,
    state: folder,
    enroll: { ...enroll, ...(joinToken ? { joinToken } : {}) },
    onEnrolled: () => {},
  });
  const look: typeof lookAround = async (error, at) => ({ ...(await lookAround(error, at)), ...around });
  const { code, message, remedy } = await explained(port, server, look)
    .checkIn(body)
    .then(
      () => expect.fail('it checked in'),
      (error: InterlockError) => error,
    );
  return { code, message, remedy };
}

async function listen(
  tls?: { key: string; cert: string },
  answer: RequestListener = () => {},
): Promise<number> {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function certificates(tlsName: string, now = new Date()) {
  const files = makeCertificates({ name: 'fleet', tlsNames: [tlsName] }, now);
  const text = (name: string) => String(files[`x509/${name}`]);
  return { key: text('tls-server.key'), cert: text('tls-server.crt'), ca: text('tls-ca.crt') };
}

test('a port that nothing listens on', async () => {
  const port = await listen();
  for (const close of closers.splice(0)) close();
  const found = await explanation(`http://127.0.0.1:${port}`);
  expect(found.code).toBe('connection_refused');
  expect(found.message).toBe(`no server listens at 127.0.0.1:${port}`);
  expect(found.remedy).toContain('--listen');
});

test('a certificate of a CA that the host does not trust: whose it is, and which CA issued it', async () => {
  const { ca, ...tls } = certificates('127.0.0.1');
  const port = await listen(tls);
  for (const trusted of [undefined, certificates('127.0.0.1').ca]) {
    const found = await explanation(`https://127.0.0.1:${port}`, trusted ? { ca: trusted } : {});
    expect(found.code).toBe('tls_untrusted');
    expect(found.message).toMatch(
      new RegExp(
        `^the TLS certificate of 127.0.0.1:${port} \\(.+, issued by .*fleet.*\\) is not trusted: .+`,
      ),
    );
  }
  expect(ca).toContain('BEGIN CERTIFICATE');
});

test('a certificate for another name', async () => {
  const { ca, ...tls } = certificates('updates.example.org');
  const found = await explanation(`https://127.0.0.1:${await listen(tls)}`, { ca });
  expect(found.code).toBe('tls_name_wrong');
  expect(found.message).toContain('updates.example.org');
});

test.each([
  ['2001-01-01T00:00:00Z', /valid from 200[01]-.* to 200\d-/],
  ['2090-01-01T00:00:00Z', /valid from 20(89|90)-.* to 209\d-/],
])('a clock at which a certificate of %s is not valid', async (made, words) => {
  const { ca, ...tls } = certificates('127.0.0.1', new Date(made));
  const now = new Date('2031-05-06T07:08:09Z');
  const around = { ...online, now };
  const found = await explanation(`https://127.0.0.1:${await listen(tls)}`, { ca, around });
  expect(found.code).toBe('tls_time_wrong');
  expect(found.message).toMatch(/^the clock of this host shows 2031-05-06T07:08:09.000Z, and/);
  expect(found.message).toMatch(words);
});

test('https where the server speaks HTTP', async () => {
  const found = await explanation(`https://127.0.0.1:${await listen()}`);
  expect(found.code).toBe('tls_missing');
});

test('a name that no name server can know', async () => {
  const host = `${'x'.repeat(64)}.example`;
  const found = await explanation(`http://${host}`);
  expect(found.code).toBe('name_unknown');
  expect(found.message).toMatch(`the name of the update server, ${host}, is not found: `);
  const without = await explanation(`http://${host}`, { around: { devices: ['eth0'], addressed: [] } });
  expect(without.message).toBe('this host has no network address on eth0');
});

test('a real server that refuses the join token, and one that wants one', async () => {
  const server = await startServer(join(folder, 'data'));
  try {
    const refused = await explanation(server.url, { joinToken: `ilk-join-${'A'.repeat(43)}` });
    expect(refused.code).toBe('token_refused');
    expect(refused.message).toBe(`${new URL(server.url).host} refuses the join token of this host`);
    expect((await explanation(server.url)).code).toBe('enrolment_closed');
  } finally {
    await server.end();
  }
});

test.each<[string, Partial<Surroundings>, string]>([
  ['ENETUNREACH', { devices: [], addressed: [] }, 'device_missing'],
  ['ETIMEDOUT', { devices: [], addressed: [] }, 'device_missing'],
  ['EAI_AGAIN', { devices: ['eth0'], addressed: [] }, 'address_missing'],
  ['EAI_AGAIN', online, 'name_unknown'],
  ['EHOSTUNREACH', online, 'route_missing'],
  ['ETIMEDOUT', online, 'response_missing'],
  ['ECONNRESET', online, 'unreachable'],
])('%s means what the host’s network makes of it', (code, around, expected) => {
  const url = 'https://updates.example.org:8443';
  const cause = new AggregateError([Object.assign(new Error('no'), { code })]);
  const error = new InterlockError('unreachable', { url, problem: code }, { cause });
  const surroundings = { now: new Date(), devices: [], addressed: [], certificate: null, ...around };
  expect(explainFailure(error, url, surroundings).code).toBe(expected);
});
