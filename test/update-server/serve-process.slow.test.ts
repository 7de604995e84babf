import { readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from './support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
const dataDir = join(dir, 'data');
let server: ServerProcess | undefined;

beforeAll(() =>
  initKeys(keysDir, {
    channels: ['alpha'],
    threshold: 1,
    keys: 1,
    certificates: { name: 'tiny', tlsNames: ['localhost'] },
  }),
);
afterEach(async () => {
  await server?.end('SIGKILL');
  server = undefined;
});
afterAll(remove);

describe('interlock serve', () => {
  it('prints an admin token once, takes the online keys along, and ends on either signal', async () => {
    server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
    const token = adminToken(server);
    expect((await fetch(`${server.url}/v1/hosts`, { headers: bearer(token) })).status).toBe(200);
    expect(await server.end('SIGINT')).toBe(0);
    for (const role of ['snapshot', 'timestamp']) {
      expect(statSync(join(dataDir, 'online', `${role}.pem`)).mode & 0o777).toBe(0o600);
    }

    server = await startServer(dataDir);
    expect(server.lines.some((line) => line.includes('token'))).toBe(false);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/v1/hosts`, { headers: bearer(token) })).status).toBe(200);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('keeps a second server out of its data, and lets one in after a kill', async () => {
    server = await startServer(dataDir);
    const second = await interlock('serve', '--data', dataDir, '--listen', '127.0.0.1:0');
    expect(second).toMatchObject({ code: 75, err: expect.stringContaining(`pid ${server.child.pid}`) });
    await server.end('SIGKILL');
    server = await startServer(dataDir);
  });

  it('has on the disk what it acknowledged before a kill', async () => {
    server = await startServer(dataDir);
    const join = (await interlock('token', 'create', '--data', dataDir, '--role', 'join')).out.trim();
    const machine = { machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
    const enrolments = Array.from({ length: 20 }, () =>
      post('/v1/enroll', '', { ...machine, joinToken: join }),
    );
    const hosts = (await Promise.all(enrolments)) as { credential: string; hostId: string }[];
    const report = {
      id: 'report-0001',
      grant: null,
      kind: 'confirmed',
      from: '1',
      version: '2',
      bootId: 'boot-one',
      at: new Date().toISOString(),
      detail: '',
    };
    await post('/v1/reports', hosts[0]!.credential, { reports: [report] });
    await server.end('SIGKILL');

    server = await startServer(dataDir);
    for (const { credential } of hosts) {
      expect(await post('/v1/reports', credential, { reports: [] })).toEqual({ accepted: 0 });
    }
    const viewer = (await interlock('token', 'create', '--data', dataDir, '--role', 'viewer')).out.trim();
    const { hostId } = hosts[0]!;
    const asViewer = ['--server', server.url, '--token', viewer];
    expect((await interlock('host', 'show', hostId, ...asViewer)).out).toContain('confirmed  1');
    expect((await interlock('host', 'list', ...asViewer)).out.match(/^[0-9a-f-]{36} {2}web /gm)).toHaveLength(
      20,
    );
    expect(await interlock('host', 'hold', hostId, ...asViewer)).toMatchObject({
      code: 77,
      err: expect.stringContaining('role viewer is not allowed'),
    });
  });

  it('refuses a network without TLS and half a certificate', async () => {
    const fresh = join(dir, 'fresh');
    const open = await interlock('serve', '--data', fresh, '--listen', '0.0.0.0:0');
    expect(open).toMatchObject({ code: 78, err: expect.stringContaining('without TLS') });
    const half = await interlock('serve', '--data', fresh, '--tls-cert', 'x');
    expect(half).toMatchObject({ code: 2 });
    const keyless = await interlock(
      'serve',
      '--data',
      fresh,
      '--listen',
      '127.0.0.1:0',
      '--online-keys',
      dir,
    );
    const tls = ['--tls-cert', join(dir, 'none.crt'), '--tls-key', join(dir, 'none.key')];
    const bare = await interlock('serve', '--data', fresh, '--listen', '127.0.0.1:0', ...tls);
    expect(bare).toMatchObject({ code: 78, err: expect.stringContaining('none.crt') });
    expect(keyless).toMatchObject({ code: 66, err: expect.stringContaining('has too few keys for') });
    rmSync(fresh, { recursive: true, force: true });
  });

  it('says when its port is taken', async () => {
    server = await startServer(dataDir);
    const { host } = new URL(server.url);
    const other = await interlock('serve', '--data', join(dir, 'other'), '--listen', host);
    expect(other).toMatchObject({ code: 69, err: expect.stringContaining('EADDRINUSE') });
  });

  it('speaks TLS', async () => {
    const x509 = join(keysDir, 'x509');
    const tls = ['--tls-cert', join(x509, 'tls-server.crt'), '--tls-key', join(x509, 'tls-server.key')];
    server = await startServer(dataDir, ...tls);
    expect(server.url).toMatch(/^https:/);
    const ca = readFileSync(join(x509, 'tls-ca.crt'));
    const status = await new Promise((resolve, reject) => {
      const port = new URL(server!.url).port;
      request({ host: 'localhost', family: 4, port, path: '/healthz', ca, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});

describe('interlock token', () => {
  it('works on the data of a running server', async () => {
    server = await startServer(dataDir);
    const made = await interlock(
      '--json',
      'token',
      'create',
      '--data',
      dataDir,
      '--role',
      'viewer',
      '--name',
      'lab',
    );
    const { id, token } = JSON.parse(made.out) as { id: string; token: string };
    const ask = () => fetch(`${server!.url}/v1/hosts`, { headers: bearer(token) });
    expect((await ask()).status).toBe(200);
    const list = await interlock('token', 'list', '--data', dataDir);
    expect(list.out).toContain(`${id}  viewer  valid`);
    expect(list.out).not.toContain(token);
    expect(await interlock('token', 'revoke', id, '--yes', '--data', dataDir)).toMatchObject({ code: 0 });
    expect((await ask()).status).toBe(401);
  });

  it('refuses a role, an id or a folder that does not exist', async () => {
    expect(await interlock('token', 'create', '--data', dataDir, '--role', 'king')).toMatchObject({
      code: 2,
    });
    expect(await interlock('token', 'revoke', 'nobody', '--yes', '--data', dataDir)).toMatchObject({
      code: 66,
    });
    expect(await interlock('token', 'list', '--data', join(dir, 'none'))).toMatchObject({ code: 66 });
  });
});

async function post(path: string, token: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(token ? bearer(token) : {}) };
  const answer = await fetch(`${server!.url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return answer.json();
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}
