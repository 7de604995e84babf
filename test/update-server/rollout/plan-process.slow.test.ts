import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { createClient } from '../../../cli/client/client.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import type { RolloutDetail, RolloutSummary } from '../../../protocol/api/rollout.ts';
import { type FakeHost, joinFleet } from '../../dashboard/support/fake-host.ts';
import { makeCoreRelease } from '../../dashboard/support/make-core-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from '../support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
let server: ServerProcess;
let token: string;
let hosts: FakeHost[];

beforeAll(async () => {
  mkdirSync(dir, { recursive: true });
  await initKeys(keysDir, { channels: ['stable'], threshold: 1, keys: 1 });
  const data = join(dir, 'data');
  server = await startServer(data, '--online-keys', join(keysDir, 'online'));
  token = adminToken(server);
  await run('publish', makeCoreRelease(dir, '1.9.0', null), '--channel', 'stable', '--keys', keysDir);
  const join_ = await interlock('token', 'create', '--data', data, '--role', 'join');
  hosts = await joinFleet(server.url, join_.out.trim(), 4);
  for (const host of hosts) await host.checkIn();
});
afterAll(async () => {
  await server.end();
  remove();
});

const verb = (...args: string[]) => interlock(...args, '--server', server.url, '--token', token);
async function run(...args: string[]): Promise<string> {
  const { code, out, err } = await verb(...args);
  expect(code, err).toBe(0);
  return out;
}
const get = <T>(path: string) => createClient({ server: server.url, token }).get<T>(path);
const newest = async () => (await get<{ rollouts: RolloutSummary[] }>('v1/rollouts')).rollouts[0]!;
const rows = async () => (await get<{ hosts: HostSummary[] }>('v1/hosts')).hosts;

it('a release that is published for tomorrow is scheduled, and starts nobody', async () => {
  const release = makeCoreRelease(dir, '2.0.0', '1.9.0');
  const out = await run(
    ...['publish', release, '--channel', 'stable', '--keys', keysDir, '--at', 'tomorrow 22:00'],
  );
  expect(out).toMatch(/its rollout starts \d{4}-\d\d-\d\dT22:00(Z|[+-]\d\d:\d\d), in (1 d|\d+ h)/);
  const rollout = await newest();
  expect(rollout).toMatchObject({ version: '2.0.0', state: 'scheduled', percent: 0 });
  expect(await hosts[0]!.checkIn()).toBeUndefined();
  expect((await rows()).find(({ id }) => id === hosts[0]!.id)).toMatchObject({ decision: 'scheduled' });
  expect(await run('host', 'show', hosts[0]!.id)).toContain('the ramp reaches it at');
  expect(await run('rollout', 'preview', 'core', '--channel', 'stable')).toMatch(/4 hosts, starts .*T22:00/);
});

it('a start takes hours of its own in place of the policy’s windows, and a reason; a preview counts who is held apart', async () => {
  const of = ['core', '--channel', 'stable', '--policy', 'careful', '--window', '22:00-05:00 Europe/Berlin'];
  await run('host', 'hold', hosts[2]!.id);
  expect(await run('rollout', 'preview', ...of)).toMatch(/3 hosts, [\s\S]*cannot come now: 1 held/);
  await run('host', 'hold', hosts[2]!.id, '--off');
  await run('rollout', 'start', ...of, '--at', 'tomorrow 22:00', '--reason', 'the shops are closed');
  const shown = await get<RolloutDetail>(`v1/rollouts/${(await newest()).id}`);
  expect(shown).toMatchObject({ state: 'scheduled', policyText: { failure_rate: { sample: 50 } } });
  expect(shown.policyText.window).toEqual([{ from: '22:00', to: '05:00', zone: 'Europe/Berlin' }]);
  expect(await run('audit')).toContain('the shops are closed');
});

it('a planned start says which running rollout it ends', async () => {
  const start = ['rollout', 'start', 'core', '--channel', 'stable'];
  await run(...start, '--policy', 'now');
  const { code, err } = await verb(...start, '--at', 'tomorrow 22:00');
  expect([code, err]).toEqual([
    0,
    expect.stringContaining('this ended the running rollout of core 2.0.0 x86-64 (its ramp was at 100 %)'),
  ]);
  expect((await verb(...start, '--at', 'tomorrow 23:00')).err).toBe('');
});

it('hosts that confirm are on the release at once, and a held one is named as who cannot come', async () => {
  await run('rollout', 'start', 'core', '--channel', 'stable', '--policy', 'now');
  await run('host', 'hold', hosts[3]!.id);
  const updated = hosts.slice(0, 3);
  for (const host of updated) await host.update();
  const states = (await rows()).map(({ id, version, state }) => [id, version, state]);
  expect(states).toEqual(
    expect.arrayContaining(updated.map(({ id }) => [id, '2.0.0', 'up_to_date'] as const)),
  );
  expect(await run('rollout', 'watch', 'core', '--channel', 'stable')).toMatch(
    /3 hosts run it, 0 failed; 1 cannot come: build-003 \(held\)/,
  );
});

it('a watch after a rollback ends when nobody runs the bad version any more, and not before', async () => {
  const back = ['rollback', 'core', '--channel', 'stable', '--to', '1.9.0', '--keys', keysDir];
  await run(...back, '--reason', 'a bad kernel');
  const early = await verb('rollout', 'watch', 'core', '--channel', 'stable', '--timeout', '3s');
  expect([early.code, early.err]).toEqual([75, expect.stringContaining('3 to come')]);
  const watched = verb('rollout', 'watch', 'core', '--channel', 'stable', '--json');
  for (const host of hosts.slice(0, 3)) await host.update();
  const { code, out } = await watched;
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    { version: '1.9.0', state: 'completed', tally: { on: 4, coming: 0 } },
  ]);
  expect(await run('audit')).toContain('a bad kernel');
});

it('what fails is named where the rollout is shown, with the command that goes back', async () => {
  const release = makeCoreRelease(dir, '2.1.0', '1.9.0');
  await run('publish', release, '--channel', 'stable', '--keys', keysDir);
  await hosts[0]!.update(() => 'fell_back');
  await hosts[1]!.update();
  await hosts[2]!.update(() => 'failed');
  const { id } = await newest();
  await run('rollout', 'pause', id, '--reason', 'hosts fail');
  await run('rollout', 'abort', id, '--reason', 'hosts fail');
  const text = await run('rollout', 'show', id);
  expect(text).toMatch(/web-000 +fell_back +2\.1\.0 +after the reboot +1\.9\.0 .*health check 50-http/);
  expect(text).toContain('interlock rollback core --channel stable --to 1.9.0 --keys keys');
});

it.each([
  [['promote', 'core', '2.0.0', '--to', 'stabel'], 'channel stabel does not exist; did you mean stable?'],
  [['promote', 'core', '2.0.1', '--to', 'stable'], 'does not exist; did you mean 2.0.0?'],
  [['rollback', 'coer', '--channel', 'stable', '--to', '1.9.0'], 'coer'],
] as const)('a slip is refused, with what was meant: %s', async (args, words) => {
  const { code, err } = await verb(...args, '--keys', keysDir);
  expect([code, err]).toEqual([66, expect.stringContaining(words)]);
});
