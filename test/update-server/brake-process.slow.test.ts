import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addBrake } from '../../builder/keys/add-role.ts';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { pushRenewed } from '../../builder/publish/push-renewed.ts';
import { createClient } from '../../cli/client/client.ts';
import type { CheckInAnswer } from '../../protocol/api/check-in.ts';
import { makeRelease } from './support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from './support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
const dataDir = join(dir, 'data');
let server: ServerProcess;

beforeAll(async () => {
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
});
afterAll(async () => {
  await server.end();
  remove();
});

const client = (token = adminToken(server)) => createClient({ server: server.url, token });

it('whoever is on call stops a release on a real server, and its hosts go back to the head before', async () => {
  const put = (version: string) =>
    publish({
      server: client(),
      keysDir,
      releaseDir: makeRelease(dir, version).dir,
      channel: 'alpha',
    });
  await put('1');
  await addBrake(keysDir, 'alpha');
  await pushRenewed(client(), keysDir);
  await put('2');

  const token = async (role: string) =>
    (await interlock('token', 'create', '--data', dataDir, '--role', role)).out.trim();
  const { credential } = await createClient({ server: server.url }).post<{ credential: string }>(
    'v1/enroll',
    {
      joinToken: await token('join'),
      machineId: '0'.repeat(32),
      hostname: 'web-1',
      name: 'tiny',
      arch: 'x86-64',
    },
  );
  const answerTo = async (version: string, bootId: string) => {
    const said = { name: 'tiny', arch: 'x86-64', channel: 'alpha', group: 'web', rootHash: 'a'.repeat(64) };
    const { decision } = await client(credential).post<CheckInAnswer>('v1/check-in', {
      ...said,
      version,
      bootId,
      at: 'idle',
      failed: [],
    });
    return 'offer' in decision ? decision.offer.version : decision.none;
  };
  expect(await answerTo('1', 'boot-0001')).toBe('2');

  const publisher = await token('publisher');
  const onCall = ['--as', 'brake', '--channel', 'alpha', '--keys', keysDir, '--server', server.url];
  const pull = (...words: string[]) =>
    interlock('channel', ...words, ...onCall, '--token', publisher, '--reason', 'no network');
  expect(await pull('block', 'tiny', '2')).toMatchObject({ code: 0 });
  expect(await answerTo('1', 'boot-0001')).toBe('blocked');
  expect(await pull('withdraw', 'tiny', '2')).toMatchObject({ code: 0 });
  expect(await answerTo('2', 'boot-0002')).toBe('1');
  expect(await answerTo('1', 'boot-0003')).toBe('up_to_date');

  const viewer = await token('viewer');
  const shown = await interlock(
    'channel',
    'show',
    'tiny',
    'alpha',
    '--server',
    server.url,
    '--token',
    viewer,
  );
  expect(shown.out).toMatch(/head +1/);
  expect(shown.out).toMatch(/withdrawn +2 +to 1: brake: no network/);
  const checked = await interlock(
    'channel',
    'show',
    'tiny',
    'alpha',
    '--server',
    server.url,
    '--keys',
    keysDir,
  );
  expect(checked.out).toBe(shown.out);

  const { lines } = await client(viewer).get<{ lines: { action: string }[] }>('v1/audit');
  expect(lines.filter(({ action }) => action === 'brake')).toHaveLength(2);
  const { roles } = await client(viewer).get<{ roles: { role: string; due: boolean }[] }>('v1/trust');
  expect(roles.map(({ role }) => role)).toEqual(expect.arrayContaining(['root', 'brake-alpha', 'timestamp']));
  expect(await client().get('readyz')).toEqual({ ok: true, warnings: [] });
}, 120_000);
