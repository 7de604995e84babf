import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import type { AuditLine, HostSummary } from '../../protocol/api/operator.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

const { dir, remove } = scratch();
let server: ServerProcess;
let options: string[];
const ids: string[] = [];

beforeAll(async () => {
  server = await startServer(dir, '--enrollment', 'open');
  const token = adminToken(server);
  options = ['--server', server.url, '--token', token];
  for (const [at, hostname] of ['web-1', 'web-2', 'db-1'].entries()) {
    const json = async (path: string, body: object, credential = '') => {
      const headers = {
        'content-type': 'application/json',
        ...(credential && { authorization: `Bearer ${credential}` }),
      };
      return (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
    const said = { machineId: String(at).repeat(32), hostname, name: 'core', arch: 'x86-64' };
    const { hostId, credential } = await json('/v1/enroll', said);
    ids.push(hostId);
    const [role] = hostname.split('-');
    await json(
      '/v1/check-in',
      {
        ...{
          name: 'core',
          version: '1.0',
          arch: 'x86-64',
          channel: 'stable',
          group: role,
          bootId: 'boot-0001',
        },
        ...{ rootHash: 'a'.repeat(64), at: 'idle', failed: [], labels: { role } },
      },
      credential,
    );
  }
});
afterAll(async () => {
  await server?.end();
  remove();
});

const run = (...words: string[]) => interlock('host', ...words, ...options);
const client = () => createClient({ server: server.url, token: options[3] });
const host = async (at: number) => client().get<HostSummary>(`v1/hosts/${ids[at]}`);
const lastLine = async () => (await client().get<{ lines: AuditLine[] }>('v1/audit?limit=1')).lines[0];

describe('hosts are changed', () => {
  it('by name, one or many, with a reason in the audit log', async () => {
    expect((await run('hold', 'web-1')).out).toBe('web-1 is held\n');
    const many = await run('hold', 'web-1', 'web-2', '--reason', 'rack b4 is moved');
    expect(many.out).toBe('2 hosts (web-1, web-2) are held\n');
    expect(await host(1)).toMatchObject({ held: true });
    expect(await lastLine()).toMatchObject({ action: 'hold', detail: 'rack b4 is moved' });
    expect((await run('hold', 'web-1', 'web-2', '--off')).out).toMatch(/can update again\n$/);
    expect(await host(0)).toMatchObject({ held: false });
  });

  it('by label and group, after the hosts were named', async () => {
    const asked = await run('pin', '1.0', '--label', 'role=web');
    expect(asked.code).toBe(2);
    expect(asked.err).toMatch(/^nothing was changed: this changes 2 hosts \((web-1, web-2|web-2, web-1)\)/);
    expect(await host(0)).toMatchObject({ pinned: null });
    const done = await run('pin', '1.0', '--label', 'role=web', '--yes');
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/^2 hosts .* are pinned to 1\.0\n$/)]);
    expect((await Promise.all([0, 1, 2].map(host))).map(({ pinned }) => pinned)).toEqual([
      '1.0',
      '1.0',
      null,
    ]);
    expect((await run('pin', '--off', '--group', 'web', '--yes')).out).toMatch(/follow their channel again/);
    expect(await host(1)).toMatchObject({ pinned: null });
  });

  it('and a typo in a group or a version is warned of, with a guess', async () => {
    const group = await run('group', 'db-1', 'wbe');
    expect([group.code, group.out]).toEqual([0, 'db-1 is in group wbe\n']);
    expect(group.err).toBe('warning: no host is in group wbe yet; did you mean web?\n');
    expect((await run('group', 'db-1', 'web')).err).toBe('');
    const version = await run('pin', 'db-1', '9.9.9');
    expect([version.code, version.err]).toEqual([0, 'warning: core has no release 9.9.9 yet\n']);
  });

  it('never by names and by flags at once, nor by neither', async () => {
    for (const words of [
      ['hold'],
      ['hold', 'web-1', '--label', 'role=web'],
      ['pin', 'web-1', '--group', 'web', '--off'],
    ]) {
      const { code, err } = await run(...words);
      expect([code, err]).toEqual([2, expect.stringContaining('name hosts, or choose them by --label')]);
    }
    expect((await run('hold', '--label', 'role=none', '--yes')).code).toBe(66);
    expect((await run('pin')).err).toContain('give a version or --off');
  });

  it('one by one: what fails for one is said, and the others are changed', async () => {
    const gone = '00000000-0000-4000-8000-000000000000';
    const { code, out } = await run('hold', 'web-1', gone);
    expect([code, out]).toEqual([66, `web-1 is held\n${gone}: not changed: host ${gone} does not exist\n`]);
  });
});

it('a host is shown with its labels, what to type, and everything that happened to it', async () => {
  await run('hold', 'web-2', '--reason', 'its fan is loud');
  const { out } = await run('show', 'web-2', '--events');
  expect(out).toContain('role=web');
  expect(out).toMatch(/to type +interlock host hold web-2 --off/);
  expect(out).toMatch(/TIME +EVENT +DETAIL/);
  expect(out).toContain('its fan is loud');
  expect(out).toContain('checked in');
  expect(out).toMatch(/ enrolled\n$/);
  expect((await run('list', '--label', 'role=web')).out.match(/web-\d/g)).toHaveLength(2);
});

it('a host is forgotten after a question, by name and by label', async () => {
  expect((await run('forget', 'web-1')).code).toBe(2);
  expect((await run('forget', 'web-1', '--yes', '--reason', 'sold')).out).toBe('forgot web-1\n');
  expect(await lastLine()).toMatchObject({ action: 'forget', detail: 'sold' });
  expect((await run('forget', '--label', 'role=web', '--yes')).out).toBe('forgot web-2\n');
  expect((await run('list')).out).not.toContain('web-');
});
