import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { createClient } from '../../../cli/client/client.ts';
import type { RolloutSummary } from '../../../protocol/api/rollout.ts';
import { makeRelease } from '../support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from '../support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
let server: ServerProcess;
let toServer: string[];

beforeAll(async () => {
  await initKeys(keysDir, { channels: ['alpha', 'beta'], threshold: 1, keys: 1 });
  server = await startServer(join(dir, 'data'), '--online-keys', join(keysDir, 'online'));
  toServer = ['--server', server.url, '--token', adminToken(server), '--keys', keysDir];
});
afterAll(async () => {
  await server.end();
  remove();
});

async function newestRollout(channel: string): Promise<RolloutSummary> {
  const client = createClient({ server: server.url, token: adminToken(server) });
  const path = `v1/rollouts?name=tiny&channel=${channel}`;
  return (await client.get<{ rollouts: RolloutSummary[] }>(path)).rollouts[0]!;
}

describe('--policy', () => {
  it('of publish, promote and rollback names what the rollout follows that each starts', async () => {
    const own = join(dir, 'own.toml');
    writeFileSync(own, 'max_failures = 7\n');
    const { dir: one } = makeRelease(dir, '1.0');
    const { dir: two } = makeRelease(dir, '2.0');
    const run = async (...args: string[]) => {
      const { code, err } = await interlock(...args, ...toServer);
      expect(code, err).toBe(0);
    };
    await run('publish', one, '--channel', 'alpha', '--policy', 'careful');
    expect(await newestRollout('alpha')).toMatchObject({ version: '1.0', policy: 'careful' });
    await run('publish', two, '--channel', 'alpha');
    expect(await newestRollout('alpha')).toMatchObject({ version: '2.0', policy: 'now' });
    await run('promote', 'tiny', '2.0', '--to', 'beta', '--policy', own);
    expect(await newestRollout('beta')).toMatchObject({ version: '2.0', policy: 'own' });
    await run('rollback', 'tiny', '--channel', 'alpha', '--to', '1.0', '--policy', 'normal');
    expect(await newestRollout('alpha')).toMatchObject({ version: '1.0', policy: 'normal' });
  });

  it('changes nothing when there is no such policy, or its file is wrong', async () => {
    const before = await newestRollout('alpha');
    const wrong = join(dir, 'wrong.toml');
    writeFileSync(wrong, 'max_failure = 7\n');
    const { dir: three } = makeRelease(dir, '3.0');
    const unknown = await interlock('publish', three, '--channel', 'alpha', '--policy', 'brave', ...toServer);
    expect([unknown.code, unknown.err]).toEqual([66, expect.stringContaining('policy brave')]);
    const invalid = await interlock('publish', three, '--channel', 'alpha', '--policy', wrong, ...toServer);
    expect([invalid.code, invalid.err]).toEqual([65, expect.stringContaining('max_failure')]);
    expect(await newestRollout('alpha')).toEqual(before);
  });
});
