import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import { makeRelease } from '../support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from '../support/start-server.ts';
import { openLedger } from './ledger.ts';
import { editChannel, makeToken } from './operate.ts';

const kills = 100;
const workers = 8;

const { dir, remove } = scratch();
let server: ServerProcess | undefined;
afterAll(async () => {
  await server?.end('SIGKILL');
  remove();
});

test(`nothing acknowledged is lost or doubled by ${kills} kills under load`, async () => {
  const [keysDir, dataDir] = [join(dir, 'keys'), join(dir, 'data')];
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
  const token = adminToken(server);
  const operator = () => createClient({ server: server!.url, token });
  const channel = () => ({ server: operator(), keysDir, name: 'tiny', channel: 'alpha' });
  await publish({ server: operator(), keysDir, releaseDir: makeRelease(dir, '1.0').dir, channel: 'alpha' });
  await operator().replace('v1/policies/tiny/alpha', {
    policy: { in_flight: 1_000_000, max_failures: 1_000_000 },
  });
  await operator().post('v1/rollouts', { name: 'tiny', channel: 'alpha' });
  const ledger = openLedger(
    (await interlock('token', 'create', '--data', dataDir, '--role', 'join')).out.trim(),
  );

  for (let kill = 0; kill < kills; kill++) {
    const { url } = server;
    const work = Array.from({ length: workers }, () => ledger.work(url));
    const edits = editChannel(ledger, channel(), `0.${kill}`).catch(() => {});
    const tokens = makeToken(ledger, operator(), `kill ${kill}`).catch(() => {});
    await ledger.grown();
    // an edit of a channel takes longer than a host's round: some kills wait for it, most come in its middle
    if (kill % 5 === 0) await edits;
    await sleep(Math.random() * 300);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    await Promise.all([...work, edits, tokens]);
    server = await startServer(dataDir);
  }
  expect(await ledger.missing({ server: server.url, token })).toEqual([]);
  const { hosts, grants, reports, tokens, serial } = ledger.size();
  expect(Math.min(hosts, grants, reports)).toBeGreaterThan(kills);
  expect(Math.min(tokens, serial)).toBeGreaterThan(1);
});
