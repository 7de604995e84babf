import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import { makeRelease, sha256 } from '../support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from '../support/start-server.ts';

let dir: string;
let remove: () => void;
let server: ServerProcess;
let token: string;
let payload: Uint8Array;
const at = (name: string) => join(dir, name);

beforeEach(async () => {
  ({ dir, remove } = scratch());
  await initKeys(at('keys'), { channels: ['alpha'], threshold: 1, keys: 1 });
  server = await startServer(at('data'), '--online-keys', at('keys/online'));
  token = adminToken(server);
  const release = makeRelease(dir, '1.0');
  payload = release.payload;
  const client = createClient({ server: server.url, token });
  await publish({ server: client, keysDir: at('keys'), releaseDir: release.dir, channel: 'alpha' });
});
afterEach(async () => {
  await server.end();
  remove();
});

it('brings a server back as it was, from a copy made while it ran', async () => {
  expect(await interlock('backup', at('backup'), '--data', at('data'))).toMatchObject({ code: 0 });
  await server.end('SIGKILL');
  expect(await interlock('restore', at('backup'), '--data', at('again'))).toMatchObject({ code: 0 });
  server = await startServer(at('again'));
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const blob = await fetch(`${server.url}/v1/blobs/${sha256(payload)}`);
  expect(sha256(new Uint8Array(await blob.arrayBuffer()))).toBe(sha256(payload));
  const answer = await createClient({ server: server.url, token }).get<{ releases: unknown[] }>(
    'v1/releases',
  );
  expect(answer.releases).toMatchObject([{ name: 'tiny', version: '1.0', channels: ['alpha'] }]);
  const next = makeRelease(dir, '2.0');
  const client = createClient({ server: server.url, token });
  const outcome = await publish({
    server: client,
    keysDir: at('keys'),
    releaseDir: next.dir,
    channel: 'alpha',
  });
  expect(outcome.published).toBe(true);
});

it('refuses what exists and what is none; a blob that rotted is named and all others are restored', async () => {
  expect((await interlock('backup', at('data'), '--data', at('data'))).err).toContain('already exists');
  expect((await interlock('backup', at('backup'), '--data', at('keys'))).code).toBe(66);
  await interlock('backup', at('backup'), '--no-keys', '--data', at('data'));
  expect(readdirSync(at('backup')).toSorted()).toEqual(['blobs', 'interlock.db']);
  const [folder] = readdirSync(at('backup/blobs'));
  const [name] = readdirSync(at(`backup/blobs/${folder}`));
  const file = at(`backup/blobs/${folder}/${name}`);
  const rotten = readFileSync(file);
  rotten[0]! ^= 1;
  writeFileSync(file, rotten);
  const refused = await interlock('restore', at('backup'), '--data', at('again'));
  expect(refused.code).toBe(65);
  expect(refused.err).toContain(name);
  const there = readdirSync(at('again'), { recursive: true, encoding: 'utf8' });
  expect(there.filter((entry) => /[0-9a-f]{64}/.test(entry))).toHaveLength(2);
  expect(there).toContain('interlock.db');
  expect(readdirSync(dir).filter((entry) => entry.includes('.part'))).toEqual([]);
});
