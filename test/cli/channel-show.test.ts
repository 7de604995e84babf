import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import { makeRelease } from '../update-server/support/make-release.ts';
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

beforeAll(async () => {
  const keysDir = join(dir, 'keys');
  await initKeys(keysDir, { channels: ['stable'], threshold: 1, keys: 1 });
  server = await startServer(join(dir, 'data'), '--online-keys', join(keysDir, 'online'));
  const token = adminToken(server);
  options = ['--server', server.url, '--token', token];
  const { dir: releaseDir } = makeRelease(dir, '1.0');
  await publish({
    server: createClient({ server: server.url, token }),
    keysDir,
    releaseDir,
    channel: 'stable',
  });
});
afterAll(async () => {
  await server?.end();
  remove();
});

it('a channel is shown as a table', async () => {
  const { out } = await interlock('channel', 'show', 'tiny', 'stable', ...options);
  expect(out).toMatch(/^tiny stable, serial \d+\nWHAT +VERSION +DETAIL\nhead +1\.0 /);
});

it('a slip in its name is answered with what was probably meant', async () => {
  const { code, err } = await interlock('channel', 'show', 'tiny', 'stabel', ...options);
  expect(code).toBe(66);
  expect(err).toContain('tiny in channel stabel does not exist; did you mean stable?');
});
