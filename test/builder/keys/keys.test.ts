import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, MetadataKind } from '@tufjs/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { createClient } from '../../../cli/client/client.ts';

const certificates = { name: 'test', tlsNames: ['localhost', '127.0.0.1'] };
const options = { channels: ['alpha', 'stable'], threshold: 2, keys: 3, certificates };
const now = new Date('2026-06-01T12:00:00Z');
let parent: string;
let dir: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlock-keys-'));
  dir = join(parent, 'keys');
  await initKeys(dir, options, now);
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const readRole = async (role: string) =>
  JSON.parse(await readFile(join(dir, 'metadata', `${role}.json`), 'utf8'));

test('private keys are for their owner alone, and the online ones lie apart', async () => {
  expect((await readdir(join(dir, 'online'))).toSorted()).toEqual(['snapshot.pem', 'timestamp.pem']);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.pem'));
  expect(names).toHaveLength(5 * 3);
  for (const name of [...names, 'online/snapshot.pem', 'x509/db.key']) {
    expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
  }
});

test('every role is signed as the role above it demands', async () => {
  const root = Metadata.fromJSON(MetadataKind.Root, await readRole('root'));
  const targets = Metadata.fromJSON(MetadataKind.Targets, await readRole('targets'));
  root.verifyDelegate('root', root);
  root.verifyDelegate('targets', targets);
  for (const role of ['releases', 'channel-alpha', 'channel-stable']) {
    const delegated = Metadata.fromJSON(MetadataKind.Targets, await readRole(role));
    targets.verifyDelegate(role, delegated);
    expect(targets.signed.delegations?.roles?.[role]).toMatchObject({ threshold: 2, terminating: true });
  }
  expect(root.signed).toMatchObject({
    version: 1,
    consistentSnapshot: true,
    expires: '2027-06-01T12:00:00Z',
  });
  expect([...(targets.signed.delegations?.rolesForTarget('channels/tiny/alpha.json') ?? [])]).toEqual([
    { role: 'channel-alpha', terminating: true },
  ]);
  expect(targets.signed.targets).toEqual({});
});

test('a folder with something in it is refused and stays as it is', async () => {
  await expect(initKeys(dir, options)).rejects.toMatchObject({ code: 'exists' });
  const full = join(parent, 'full');
  await mkdir(full);
  await writeFile(join(full, 'note'), 'mine');
  await expect(initKeys(full, options)).rejects.toMatchObject({ code: 'exists' });
  await expect(initKeys(join(full, 'note'), options)).rejects.toMatchObject({ code: 'exists' });
  expect(await readdir(full)).toEqual(['note']);
  await expect(initKeys(join(parent, 'bad'), { ...options, channels: ['Alpha/..'] })).rejects.toMatchObject({
    code: 'bad_input',
  });
  await expect(initKeys(join(parent, 'bad'), { ...options, threshold: 4 })).rejects.toMatchObject({
    code: 'usage',
  });
  expect((await readdir(parent)).toSorted()).toEqual(['full', 'keys']);
});

test('status tells what expires and whose keys are here', async () => {
  await rm(join(dir, 'channel-stable-1.pem'));
  const rows = await keysStatus(dir, new Date('2026-06-11T12:00:00Z'));
  expect(rows.map(({ role, daysLeft, here, threshold }) => [role, daysLeft, here, threshold])).toEqual([
    ['root', 355, 3, 2],
    ['targets', 355, 3, 2],
    ['releases', 80, 3, 2],
    ['channel-alpha', 20, 3, 2],
    ['channel-stable', 20, 2, 2],
    ['snapshot', null, 1, 1],
    ['timestamp', null, 1, 1],
    ['x509/PK', 7290, 1, 1],
    ['x509/KEK', 7290, 1, 1],
    ['x509/db', 7290, 1, 1],
    ['x509/tls-ca', 7290, 1, 1],
    ['x509/tls-server', 720, 1, 1],
  ]);
});

test('renew signs what is due and what it has keys for', async () => {
  const later = new Date('2026-06-25T12:00:00Z');
  await rm(join(dir, 'channel-stable-2.pem'));
  expect(await renewKeys(dir, { now })).toEqual([]);
  expect(await renewKeys(dir, { now: later })).toEqual(['channel-alpha']);
  const targets = Metadata.fromJSON(MetadataKind.Targets, await readRole('targets'));
  const alpha = Metadata.fromJSON(MetadataKind.Targets, await readRole('channel-alpha'));
  targets.verifyDelegate('channel-alpha', alpha);
  expect(alpha.signed).toMatchObject({ version: 2, expires: '2026-07-25T12:00:00Z' });
});

test('the certificates carry TLS between the server and a client that trusts only their authority', async () => {
  const read = (file: string) => readFile(join(dir, 'x509', file));
  const server = createServer(
    { key: await read('tls-server.key'), cert: await read('tls-server.crt') },
    (_, response) => response.end('{"ok":true}'),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await createClient({ server: url, ca: join(dir, 'x509/tls-ca.crt') }).get('/')).toEqual({
      ok: true,
    });
    await expect(createClient({ server: url }).get('/')).rejects.toMatchObject({ code: 'unreachable' });
  } finally {
    server.close();
    server.closeAllConnections();
  }
  const db = new X509Certificate(await read('db.crt'));
  expect(db.raw.equals(await read('db.der'))).toBe(true);
  expect(db.verify(db.publicKey)).toBe(true);
  expect(db.ca).toBe(false);
});
