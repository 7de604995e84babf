import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIdentity } from '../../../agent/server/identity.ts';
import { openServer } from '../../../agent/server/open-server.ts';
import type { EnrollRequest } from '../../../protocol/api/check-in.ts';

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
          : { accepted: 0 },
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
const open = async (base = url, said: EnrollRequest = enroll, labels: Record<string, string> = {}) =>
  openServer({
    labels,
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

it.each(['a\nb', 'ключ', '\0', ' ', '', 'x'.repeat(257)])(
  'takes %j for no credential, since no header carries it',
  async (credential) => {
    await writeFile(join(folder, 'identity.json'), JSON.stringify({ hostId: 'host-0001', credential }));
    await expect(open()).rejects.toMatchObject({ code: 'state_invalid' });
    await rm(join(folder, 'identity.json'));
    answer = () => ({ status: 200, body: JSON.stringify({ hostId: 'host-0001', credential }) });
    await expect((await open()).checkIn(checkIn)).rejects.toMatchObject({ code: 'answer_invalid' });
    expect(await readIdentity(folder)).toBeNull();
  },
);

it('enrols although a folder lies where its key should be', async () => {
  await mkdir(join(folder, 'enrol.key/deep'), { recursive: true });
  await (await open()).checkIn(checkIn);
  expect((await stat(join(folder, 'enrol.key'))).isFile()).toBe(true);
});

it.each([
  [{ status: 401, body: '{"kind":"unauthorized","value":"no"}' }, 'unauthorized'],
  [{ status: 503, body: '{"kind":"server_unready","value":"later"}' }, 'answer_invalid'],
  [{ status: 302, body: '' }, 'answer_invalid'],
  [{ status: 200, body: '<html>' }, 'answer_invalid'],
  [{ status: 200, body: '{"decision":{"never":"because"},"pollSeconds":60}' }, 'answer_invalid'],
  [{ status: 200, body: '{"decision":{"none":"held"},"pollSeconds":0,"run":"me"}' }, 'answer_invalid'],
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

it('says what is new only when there is something, and leaves it out for a server that refuses it', async () => {
  const port = await open();
  await port.checkIn({ ...checkIn, cancelled: [] });
  expect(Object.keys(seen.at(-1)!.body as object)).not.toContain('cancelled');
  const news = { cancelled: ['2'], trouble: { code: 'no_space', text: 'x'.repeat(5000) } };
  await port.checkIn({ ...checkIn, ...news });
  expect(seen.at(-1)!.body).toMatchObject({ cancelled: ['2'], trouble: { text: 'x'.repeat(1024) } });
  const ordinary = answer;
  answer = (path) =>
    'trouble' in (seen.at(-1)!.body as object)
      ? { status: 400, body: '{"kind":"bad_input","value":"body: unknown key trouble"}' }
      : ordinary(path);
  expect(await port.checkIn({ ...checkIn, ...news })).toMatchObject({ pollSeconds: 60 });
  answer = () => ({ status: 400, body: '<html>a proxy</html>' });
  await expect(port.checkIn({ ...checkIn, ...news })).rejects.toMatchObject({ code: 'answer_invalid' });
});

it('sends its labels, and goes without them where a server refuses them', async () => {
  const port = await open(url, enroll, { role: 'web' });
  await port.checkIn(checkIn);
  expect(seen.at(-1)!.body).toMatchObject({ labels: { role: 'web' } });
  const ordinary = answer;
  answer = (path) =>
    'labels' in (seen.at(-1)!.body as object)
      ? { status: 400, body: '{"kind":"bad_input","value":"body: unknown key labels"}' }
      : ordinary(path);
  expect(await port.checkIn(checkIn)).toMatchObject({ pollSeconds: 60 });
});

it('lets fields be that a newer server adds, and keeps none of them', async () => {
  const bodies: Record<string, object> = {
    '/v1/enroll': { hostId: 'host-0001', credential: 'secret', colour: 'red' },
    '/v1/check-in': { decision: { none: 'moon_phase', more: {} }, pollSeconds: 60, constructor: 1 },
    '/v1/reports': { accepted: 0, refused: [], more: 1 },
  };
  answer = (path) => ({ status: 200, body: JSON.stringify(bodies[path]) });
  const port = await open();
  expect(await port.checkIn(checkIn)).toMatchObject({ decision: { none: 'moon_phase' } });
  await port.report([]);
  const kept = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8'));
  expect(Object.keys(kept)).toEqual(['hostId', 'credential']);
});

it.each([
  ['a server that cannot read it', { status: 400, body: '{"kind":"bad_input","value":"body: bad"}' }, 2],
  ['a proxy that finds the whole too long', { status: 413, body: '<html>' }, undefined],
])('sends the other reports when one is refused by %s', async (_, refusal, kept) => {
  const report = {
    ...{ grant: null, kind: 'written', from: '1', version: '2', bootId: 'boot-0001' },
    ...{ at: '2026-01-01T00:00:00Z', detail: '' },
  };
  const taken: string[] = [];
  const ordinary = answer;
  answer = (path) => {
    if (path !== '/v1/reports') return ordinary(path);
    const { reports } = seen.at(-1)!.body as { reports: { id: string }[] };
    if (kept ? reports.some(({ id }) => id === 'report-b') : reports.length > 1) return refusal;
    taken.push(...reports.map(({ id }) => id));
    return { status: 200, body: '{"accepted":1}' };
  };
  await (await open()).report(['a', 'b', 'c'].map((id) => ({ ...report, id: `report-${id}` })));
  expect(taken).toEqual(kept ? ['report-a', 'report-c'] : ['report-a', 'report-b', 'report-c']);
});

it('keeps reports that something on the way refuses', async () => {
  const ordinary = answer;
  answer = (path) => (path === '/v1/reports' ? { status: 400, body: '<html>no</html>' } : ordinary(path));
  await expect((await open()).report([])).rejects.toMatchObject({ code: 'answer_invalid' });
});

it('says one and the same key until an answer to its enrolment arrives, across runs', async () => {
  const keys: string[] = [];
  const ordinary = answer;
  answer = (path) => {
    keys.push((seen.at(-1)!.body as EnrollRequest).hostKey!);
    return path === '/v1/enroll' && keys.length < 4 ? { status: 502, body: '' } : ordinary(path);
  };
  for (let run = 0; run < 3; run++) await expect((await open()).checkIn(checkIn)).rejects.toThrow();
  await (await open()).checkIn(checkIn);
  expect(new Set(keys.slice(0, 4)).size).toBe(1);
  expect(keys[0]).toMatch(/^[\w-]{43}$/);
  expect((await stat(join(folder, 'enrol.key'))).mode & 0o777).toBe(0o600);
});

it.each(['', 'too short', '\u0000'.repeat(64)])(
  'makes a key anew when %j is what is left of it',
  async (left) => {
    await writeFile(join(folder, 'enrol.key'), left);
    await (await open()).checkIn(checkIn);
    expect((seen[0]!.body as EnrollRequest).hostKey).toMatch(/^[\w-]{43}$/);
  },
);

it('enrols without a key at a server that refuses one', async () => {
  const ordinary = answer;
  answer = (path) =>
    'hostKey' in (seen.at(-1)!.body as object)
      ? { status: 400, body: '{"kind":"bad_input","value":"body: unknown key hostKey"}' }
      : ordinary(path);
  expect(await (await open()).checkIn(checkIn)).toMatchObject({ pollSeconds: 60 });
});
