import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { promote } from '../../builder/publish/promote.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import { backup, restore, restoreBlobs } from '../../update-server/backup/backup.ts';
import { openBlobs } from '../../update-server/blobs/files.ts';
import { openScrub, type Scrub } from '../../update-server/blobs/scrub.ts';
import { loadOnlineKeys } from '../../update-server/start/adopt-online-keys.ts';
import { openSqliteStore } from '../../update-server/store/sqlite/store.ts';
import { makeApp, type TestApp } from '../update-server/support/make-app.ts';
import { makeRelease, sha256 } from '../update-server/support/make-release.ts';
import { scratch } from '../update-server/support/start-server.ts';

const { dir: base, remove } = scratch();
let dir: string;
let data: string;
let desk: TestApp;
let scrub: Scrub;
let told: string[];
let release: ReturnType<typeof makeRelease>;
let name: string;
let file: string;
let count = 0;
let now: Date;

const url = () => `http://127.0.0.1:${(desk.app.server.address() as AddressInfo).port}`;
const server = () => createClient({ server: url(), token: desk.tokens.admin });
const at = (what: string) => join(dir, what);
const send = (channel = 'alpha') =>
  publish({ server: server(), keysDir: at('keys'), releaseDir: release.dir, channel });
const fetched = () => fetch(`${url()}/v1/blobs/${name}`);

beforeEach(async () => {
  dir = join(base, String(count++));
  data = at('data');
  now = new Date();
  await initKeys(at('keys'), { channels: ['alpha', 'beta'], threshold: 1, keys: 1 });
  const store = openSqliteStore(data);
  const blobs = openBlobs(data);
  told = [];
  scrub = openScrub({ store, blobs, now: () => now }, (problem) => told.push(problem));
  const onlineKeys = await loadOnlineKeys(at('keys/online'));
  desk = await makeApp({ store, blobs, scrub, onlineKeys, now: () => now });
  await desk.app.listen({ host: '127.0.0.1', port: 0 });
  release = makeRelease(dir, '1.0', { payloadSize: 300_000 });
  name = sha256(release.payload);
  file = join(data, 'blobs', name.slice(0, 2), name);
  await send();
});
afterEach(async () => {
  desk.app.server.closeAllConnections();
  await desk.close();
});
process.once('exit', remove);

/** One bit, and nothing else that a file system would show. */
function flip(position = 1000, isSilent = true): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[position]! ^= 1;
  writeFileSync(file, bytes);
  if (isSilent) utimesSync(file, atime, mtime);
}
const damage: [string, () => void][] = [
  ['a flipped bit', () => flip()],
  ['a flipped last bit', () => flip(299_999)],
  ['half a file', () => truncateSync(file, 150_000)],
  ['an empty file', () => truncateSync(file, 0)],
  ['a longer file', () => writeFileSync(file, 'x', { flag: 'a' })],
  ['no file', () => rmSync(file)],
  ['a folder', () => [rmSync(file), mkdirSync(file)]],
];

async function expectSaid(): Promise<void> {
  const { body: ready } = await desk.get('/readyz');
  expect(ready.warnings.join(' ')).toContain(`${name.slice(0, 12)} (tiny 1.0 x86-64)`);
  const { body } = await desk.get('/v1/overview');
  expect(body.attention.map(({ kind }: { kind: string }) => kind)).toContain('blobs_damaged');
  const metrics = await desk.app.inject({
    url: '/metrics',
    headers: { authorization: `Bearer ${desk.tokens.viewer}` },
  });
  expect(metrics.body).toContain('interlock_blobs_damaged 1');
}

async function expectWhole(): Promise<void> {
  const answer = await fetched();
  expect(answer.status).toBe(200);
  expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(name);
  expect(existsSync(`${file}.bad`)).toBe(false);
  await scrub.look();
  expect((await desk.get('/readyz')).body.warnings).toEqual([]);
}

describe.each(damage)('%s in place of a payload', (what, spoil) => {
  it('is found by the walk, said, sent to nobody, and mended by the next publish', async () => {
    await fresh();
    spoil();
    await scrub.look();
    while (await scrub.step());
    await expectSaid();
    expect((await fetched()).status).toBe(404);
    expect(existsSync(`${file}.bad`)).toBe(what !== 'no file');
    expect(await send()).toMatchObject({ published: false, uploaded: 300_000 });
    await expectWhole();
  });

  it('is found by the publish that would call it published already', async () => {
    spoil();
    expect(await send()).toMatchObject({ published: false, uploaded: 300_000 });
    await expectWhole();
  });

  it('is promoted to no other channel', async () => {
    await fresh();
    spoil();
    const promoted = promote({
      server: server(),
      keysDir: at('keys'),
      name: 'tiny',
      version: '1.0',
      channel: 'beta',
    });
    await expect(promoted).rejects.toMatchObject({ code: 'upload_incomplete' });
  });

  it('is left out of a backup, named, and everything else is saved; an older backup mends it', async () => {
    await backup(data, at('good'), true);
    spoil();
    const made = backup(data, at('saved'), true);
    await expect(made).rejects.toMatchObject({
      code: 'backup_incomplete',
      message: expect.stringContaining(name),
    });
    expect(readdirSync(at('saved'))).toContain('interlock.db');
    expect(filesIn(at('saved'))).toHaveLength(2);
    await expect(restore(at('saved'), at('again'))).rejects.toMatchObject({ code: 'backup_incomplete' });
    expect(filesIn(at('again'))).toHaveLength(2);
    await expect(restoreBlobs(at('saved'), data)).rejects.toMatchObject({ code: 'backup_incomplete' });
    expect(await restoreBlobs(at('good'), data)).toMatchObject({ blobs: 1, bytes: 300_000, damaged: [] });
    await expectWhole();
  });
});

describe('rot', () => {
  it('is looked for when a file changed under a reader’s eyes', async () => {
    flip(1000, false);
    await fetched();
    await expectFound();
  });

  it('is looked for when many read', async () => {
    await fresh();
    flip();
    // the last may lose its file while it reads: the check that the others asked for sets it aside
    for (let n = 0; n < 33; n++)
      await fetched()
        .then((answer) => answer.arrayBuffer())
        .catch(() => {});
    await expectFound();
  });

  it('is looked for when a host says that bytes were not what was signed', async () => {
    await fresh();
    flip();
    const machine = { machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
    const enrolled = await desk.post('/v1/enroll', { ...machine, joinToken: desk.tokens.join });
    const { credential } = enrolled.body;
    const reports = [
      {
        ...{ id: 'report-0001', grant: null, kind: 'failed', from: '0', version: '1.0', bootId: 'boot-one' },
        ...{ at: now.toISOString(), detail: 'payload_mismatch: operation 3 yields a, the payload says b' },
      },
    ];
    const answer = await desk.app.inject({
      ...{ method: 'POST', url: '/v1/reports', payload: { reports } },
      headers: { authorization: `Bearer ${credential}` },
    });
    expect(answer.statusCode).toBe(200);
    await expectFound();
  });

  it('is told once, and where the walk was is known after a restart', async () => {
    while (await scrub.step());
    const other = openScrub({ store: desk.store, blobs: openBlobs(data), now: () => now }, () => {});
    expect(await other.step()).toBe(false);
    now = new Date(now.getTime() + 8 * 86_400_000);
    expect(await other.step()).toBe(true);
    rmSync(file);
    for (let n = 0; n < 3; n++) await scrub.look();
    expect(told).toHaveLength(1);
  });

  async function expectFound(): Promise<void> {
    await expect.poll(() => existsSync(`${file}.bad`)).toBe(true);
    await scrub.settled();
    await expectSaid();
  }
});

it('a blob that cannot be looked at hides no other, neither from the walk nor from a look', async () => {
  const whole = openBlobs(data);
  const [first] = await desk.store.blobsToCheck();
  const sick = async (sha256: string) => {
    if (sha256 === first!.sha256) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    return whole.verify(sha256);
  };
  const state = async (sha256: string) =>
    sha256 === first!.sha256 ? { received: 1, whole: true } : whole.state(sha256);
  const blobs = { ...whole, verify: sick, state };
  const walk = openScrub({ store: desk.store, blobs, now: () => now }, (problem) => told.push(problem));
  const all = (await desk.store.blobsToCheck()).length;
  let steps = 0;
  while (await walk.step()) expect(++steps).toBeLessThanOrEqual(all);
  expect((await desk.store.blobsToCheck()).filter(({ checked }) => checked === null)).toHaveLength(1);
  await walk.look();
  expect(walk.damaged().map(({ sha256 }) => sha256)).toEqual([first!.sha256]);
  expect(told.length).toBeGreaterThan(0);
});

/** The hash of the upload is believed for a while; here that while is over. */
async function fresh(): Promise<void> {
  await desk.close();
  const store = openSqliteStore(data);
  const blobs = openBlobs(data);
  scrub = openScrub({ store, blobs, now: () => now }, (problem) => told.push(problem));
  const onlineKeys = await loadOnlineKeys(at('keys/online'));
  desk = await makeApp({ store, blobs, scrub, onlineKeys, now: () => now });
  await desk.app.listen({ host: '127.0.0.1', port: 0 });
}

function filesIn(folder: string): string[] {
  const all = readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' });
  return all.filter((entry) => /[0-9a-f]{64}$/.test(entry));
}
