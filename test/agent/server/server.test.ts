import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIdentity } from '../../../agent/server/identity.ts';
import { openServer } from '../../../agent/server/open-server.ts';
import type { EnrollRequest } from '../../../protocol/check-in.ts';

const checkIn = {
  name: 'core',
  version: '1',
  arch: 'x86-64' as const,
  bootId: 'boot-0001',
  rootHash: 'a'.repeat(64),
  at: 'idle',
  failed: [],
};
const enroll = {
  joinToken: 't',
  machineId: '0'.repeat(32),
  hostname: 'h',
  name: 'core',
  arch: 'x86-64' as const,
};

const { joinToken: _, ...withoutToken } = enroll;

let folder: string;
let server: Server;
let url: string;
let seen: { path: string; authorization: string | undefined; body: unknown }[];
let answer: (path: string) => { status: number; body: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-server-'));
  seen = [];
  answer = (path) => ({
    status: 200,
    body: JSON.stringify(
      path === '/v1/enroll'
        ? { hostId: 'host-0001', credential: 'secret' }
        : path === '/v1/check-in'
          ? { decision: { none: 'up_to_date' }, pollSeconds: 60 }
          : { accepted: 1 },
    ),
  });
  server = createServer(async (request, response) => {
    seen.push({
      path: request.url!,
      authorization: request.headers.authorization,
      body: await bodyOf(request),
    });
    const { status, body } = answer(request.url!);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}
const open = async (base = url, said: EnrollRequest = enroll) =>
  openServer({
    server: base,
    channel: 'alpha',
    group: 'web',
    enroll: said,
    state: folder,
    identity: await readIdentity(folder),
    signal: new AbortController().signal,
    onEnrolled: () => {},
  });

it.each([
  ['with its join token', enroll, ['t']],
  ['without one', withoutToken, [undefined]],
  ['without the one that ended since', { ...enroll, joinToken: 'ended' }, ['ended', undefined]],
])('enrols again when the server has forgotten it, %s', async (_, said, tokens) => {
  await (await open()).checkIn(checkIn);
  const ordinary = answer;
  let isForgotten = true;
  answer = (path) => {
    const { joinToken } = seen.at(-1)!.body as EnrollRequest;
    if (path === '/v1/enroll' && joinToken !== 'ended') {
      isForgotten = false;
      return { status: 200, body: JSON.stringify({ hostId: 'host-0002', credential: 'another' }) };
    }
    return isForgotten ? { status: 401, body: '{}' } : ordinary(path);
  };
  seen = [];
  await (await open(url, said)).report([]);
  expect(seen.map(({ path, authorization }) => [path, authorization])).toEqual([
    ['/v1/reports', 'Bearer secret'],
    ...tokens.map(() => ['/v1/enroll', undefined]),
    ['/v1/reports', 'Bearer another'],
  ]);
  const asked = seen.filter(({ path }) => path === '/v1/enroll').map(({ body }) => body as EnrollRequest);
  expect(asked.map(({ joinToken }) => joinToken)).toEqual(tokens);
  expect(await readIdentity(folder)).toEqual({ hostId: 'host-0002', credential: 'another' });
});

it('enrols again once only, and not at all with a join token that never was one', async () => {
  await (await open()).checkIn(checkIn);
  const ordinary = answer;
  answer = (path) => (path === '/v1/enroll' ? ordinary(path) : { status: 401, body: '{}' });
  seen = [];
  await expect((await open()).checkIn(checkIn)).rejects.toMatchObject({ code: 'unauthorized' });
  expect(seen.map(({ path }) => path)).toEqual(['/v1/check-in', '/v1/enroll', '/v1/check-in']);
  await rm(join(folder, 'identity.json'));
  answer = () => ({ status: 401, body: '{}' });
  seen = [];
  await expect((await open()).checkIn(checkIn)).rejects.toMatchObject({ code: 'unauthorized' });
  expect(seen.map(({ path }) => path)).toEqual(['/v1/enroll']);
});

it('enrols once, keeps the credential for itself and shows it on every call', async () => {
  const port = await open();
  expect(await port.checkIn(checkIn)).toEqual({ decision: { none: 'up_to_date' }, pollSeconds: 60 });
  await (await open()).checkIn(checkIn);
  await port.report([]);
  expect(seen.map(({ path }) => path)).toEqual(['/v1/enroll', '/v1/check-in', '/v1/check-in', '/v1/reports']);
  expect(seen.map(({ authorization }) => authorization)).toEqual([
    undefined,
    ...Array(3).fill('Bearer secret'),
  ]);
  expect(seen[1]?.body).toMatchObject({ channel: 'alpha', group: 'web' });
  expect((await stat(join(folder, 'identity.json'))).mode & 0o777).toBe(0o600);
});

it('does not go on with a damaged identity', async () => {
  await writeFile(join(folder, 'identity.json'), '{');
  await expect(open()).rejects.toMatchObject({ code: 'state_invalid' });
  expect(await readFile(join(folder, 'identity.json'), 'utf8')).toBe('{');
});

it.each([
  [{ status: 401, body: '{"kind":"unauthorized","value":"no"}' }, 'unauthorized'],
  [{ status: 503, body: '{"kind":"server_unready","value":"later"}' }, 'answer_invalid'],
  [{ status: 302, body: '' }, 'answer_invalid'],
  [{ status: 200, body: '<html>' }, 'answer_invalid'],
  [{ status: 200, body: '{"decision":{"never":"because"},"pollSeconds":60}' }, 'answer_invalid'],
  [{ status: 200, body: '{"decision":{"none":"held"},"pollSeconds":60,"run":"me"}' }, 'answer_invalid'],
])('turns %o into a clear error', async (bad, code) => {
  const port = await open();
  await port.checkIn(checkIn);
  answer = () => bad;
  await expect(port.checkIn(checkIn)).rejects.toMatchObject({ code });
});

it('says unreachable when nobody listens', async () => {
  await expect((await open('http://127.0.0.1:9')).checkIn(checkIn)).rejects.toMatchObject({
    code: 'unreachable',
  });
});
