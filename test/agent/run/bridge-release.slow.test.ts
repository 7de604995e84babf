import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPayloadFormat } from '../../../builder/payload/read-format.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { type FormerRelease, layOutFormerRelease } from '../../support/former-release.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import { superviseHost } from '../../support/host/supervise-host.ts';
import { startWorld, type World } from '../../support/host/world.ts';

let former: FormerRelease;
let world: World;
beforeAll(async () => {
  former = await layOutFormerRelease();
  world = await startWorld({ 1: {}, 2: {}, 3: {} }, 300_000, {
    agent: former.agent,
    makeHostRelease: (dir, version, options) =>
      makeHostRelease(dir, version, { ...options, format: version === '3' ? 4 : 3 }),
  });
});
afterAll(async () => {
  await world?.stop();
  await former?.remove();
});

const at = (...path: string[]) => join(world.host.dir, '..', ...path);

it('a release in the former format brings hosts with former agents to one in the present format', async () => {
  const formats = ['1', '2', '3'].map((version) => readPayloadFormat(at(version, 'payload.full')));
  expect(await Promise.all(formats)).toEqual([3, 3, 4]);
  await world.until('a first look', () => world.isSettledOn('1'));
  await world.publish('2');
  await world.interlock('channel', 'floor', 'made', '2', '--channel', 'stable', '--keys', at('keys'));
  await world.publish('3');
  await world.until('the bridge, and no further', async () => (await world.host.running()).version === '2');

  // a former agent that meets the present format refuses it, and goes on running what it runs
  await world.until('a refusal', async () => (await world.memory())?.problem?.code === 'payload_invalid');
  expect((await world.host.running()).version).toBe('2');
  await world.host.stop();

  // the bridge carries the present agent
  const renewed = superviseHost({ dir: world.host.dir, pollMs: 200 });
  await renewed.start();
  try {
    await world.until('the release in the present format', async () => {
      const { version } = await renewed.running();
      const [seen] = JSON.parse(await world.interlock('host', 'list', '--json')) as HostSummary[];
      return version === '3' && seen?.version === '3' && (await world.memory())?.phase.at === 'idle';
    });
  } finally {
    await renewed.stop();
  }
});
