import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostDetail, HostSummary } from '../../../protocol/api/operator.ts';
import { type AgentExit, startAgent } from '../../support/host/agent-process.ts';
import { startWorld, type World } from '../../support/host/world.ts';

let world: World;

beforeAll(async () => {
  const bad = { 'etc/interlock/health.d/10-net': '#!/bin/sh\necho no route\nexit 1\n' };
  world = await startWorld({ 1: {}, 2: {}, 3: bad, 4: {}, 5: {} }, 2_000_000);
});

afterAll(() => world?.stop());

const settledOn = (version: string) => () => world.isSettledOn(version);
const hasFailed = (failed: string) => async () =>
  Object.values((await world.memory())?.failed ?? {}).some(({ version }) => version === failed);

it('updates, and gives its place back', async () => {
  await world.until('a first look', settledOn('1'));
  await world.publish('2');
  await world.until('release 2', settledOn('2'));
  const { holders, releases } = await world.lock();
  expect(holders).toEqual([]);
  expect(Object.values(releases)).toEqual([{ ok: 1, failed: {} }]);
});

it('goes back by its operator’s word and stays there', async () => {
  expect((await agent('rollback')).code).toBe(100);
  await world.until('release 1', settledOn('1'));
  expect(await world.lock()).toMatchObject({ holders: [] });
  expect(Object.values((await world.memory())!.failed).map(({ version }) => version)).toContain('2');
});

it('falls back to the slot that ran, and says why', async () => {
  await world.publish('3');
  await world.until('the fall-back', hasFailed('3'));
  await world.until('release 1 again', settledOn('1'));
  expect(await world.lock()).toMatchObject({ holders: [] });
  expect(Object.values((await world.lock()).releases).at(-1)?.ok).toBe(0);

  expect(await agent('rollback')).toMatchObject({
    code: 75,
    stderr: expect.stringContaining('3 failed on this host'),
  });
  expect((await agent('confirm')).stderr).toMatch(/nothing is on trial/);
  const status = (await world.host.status()) as {
    failed: Record<string, { version: string; reason: string }>;
  };
  expect(Object.values(status.failed)).toMatchObject([
    { version: '2' },
    { version: '3', reason: expect.stringMatching(/10-net.*no route/) },
  ]);
});

it('ends on a whole slot with no place held, wherever the power is cut', async () => {
  await world.publish('4');
  for (let cuts = 0; cuts < 6; cuts++) {
    await sleep(300 + Math.random() * 1500);
    await world.host.powerCut();
  }
  await world.until(
    'rest',
    async () => (await settledOn('4')()) || ((await hasFailed('4')()) && (await settledOn('1')())),
  );
  expect(await world.lock()).toMatchObject({ holders: [] });
});

it('refuses to point at a kernel image that was cut short, and writes it again', async () => {
  const boots = (await world.memory())!.boots.length;
  const { dir } = world.host;
  const hooks = join(dir, 'etc/interlock/hooks/pre-reboot.d');
  const newest = `$(ls -t ${join(dir, 'efi/EFI/interlock')}/*.efi | head -1)`;
  await mkdir(hooks, { recursive: true });
  await writeFile(join(hooks, '10-cut'), `#!/bin/sh\ntruncate -s 100 ${newest} && rm "$0"\n`, {
    mode: 0o755,
  });
  await world.publish('5');
  await world.until('release 5', settledOn('5'));
  expect((await world.memory())!.boots).toHaveLength(boots + 1);
  const [host] = JSON.parse(await world.interlock('host', 'list', '--json')) as HostSummary[];
  const { reports } = JSON.parse(await world.interlock('host', 'show', host!.id, '--json')) as HostDetail;
  expect(
    reports.filter(({ version }) => version === '5').map(({ kind, detail }) => [kind, detail]),
  ).toContainEqual(['cancelled', expect.stringContaining('is not the signed kernel image')]);
});

/** The operator's hand on the host. */
function agent(...words: string[]): Promise<AgentExit> {
  return startAgent(world.host.dir, words).ended;
}
