import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addChannel } from '../../../builder/keys/add-role.ts';
import { makeFloor } from '../../../builder/keys/floor.ts';
import { initKeys } from '../../../builder/keys/init.ts';
import { revokeKey, rotateKeys } from '../../../builder/keys/rotate.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { pushRenewed } from '../../../builder/publish/push-renewed.ts';
import { loadOnlineKeys } from '../../../update-server/start/adopt-online-keys.ts';
import { makeHost, type TestHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let host: TestHost;
beforeEach(async () => {
  repository = await makeRepository();
  await repository.publish({ version: '1' });
  await repository.publish({ version: '2' });
  host = await makeHost(repository);
  await host.offer('2', '1');
});
afterEach(() => repository.close());

for (const role of ['root', 'targets', 'releases', 'channel-alpha']) {
  test(`hosts follow new keys of ${role}`, async () => {
    const { keysDir, client } = repository;
    const rotation = await rotateKeys(keysDir, role);
    expect(rotation.retired).toEqual([`${role}.pem`]);
    expect(rotation.roles).toEqual(
      { root: ['root'], targets: ['root', 'targets'] }[role] ?? ['targets', role],
    );
    expect(await pushRenewed(client, keysDir)).toBe(true);
    expect(await host.offer('2', '1')).toMatchObject({ version: '2' });
    await repository.publish({ version: '3' });
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect((await keysStatus(keysDir)).every(({ keys, here }) => keys === here)).toBe(true);
  });
}

test('hosts follow a new timestamp key once the server has it', async () => {
  const { keysDir, client, server } = repository;
  const rotation = await rotateKeys(keysDir, 'timestamp');
  expect(rotation).toEqual({ roles: ['root'], retired: ['timestamp.pem'] });
  await expect(pushRenewed(client, keysDir)).rejects.toMatchObject({ code: 'metadata_invalid' });
  server.online = await loadOnlineKeys(join(keysDir, 'online'));
  expect(await pushRenewed(client, keysDir)).toBe(true);
  expect(await host.offer('2', '1')).toMatchObject({ version: '2' });
});

test('revoking one of three keys leaves the other two', async () => {
  const dir = join(await mkdtemp(join(repository.dir, 'keys-')), 'keys');
  await initKeys(dir, { channels: ['alpha'], threshold: 2, keys: 3 });
  expect(await revokeKey(dir, 'root-2.pem')).toEqual({ roles: ['root'], retired: ['root-2.pem'] });
  expect((await readdir(dir)).filter((name) => name.startsWith('root-'))).toHaveLength(3);
  expect((await keysStatus(dir))[0]).toMatchObject({
    role: 'root',
    version: 2,
    keys: 3,
    here: 3,
    threshold: 2,
  });
  await expect(revokeKey(dir, 'root-2.pem')).rejects.toMatchObject({ code: 'not_found' });
});

test('without enough old keys nothing is rotated', async () => {
  const { keysDir } = repository;
  await rm(join(keysDir, 'root.pem'));
  await expect(rotateKeys(keysDir, 'targets')).rejects.toMatchObject({ code: 'keys_missing' });
  expect(await readdir(join(keysDir, 'metadata'))).not.toContain('2.root.json');
  expect(await readdir(keysDir)).toContain('targets.pem');
});

test('a channel can be added later', async () => {
  const { keysDir, client } = repository;
  await rotateKeys(keysDir, 'channel-stable');
  await addChannel(keysDir, 'canary');
  await expect(addChannel(keysDir, 'canary')).rejects.toMatchObject({ code: 'exists' });
  await expect(addChannel(keysDir, '../x')).rejects.toMatchObject({ code: 'bad_input' });
  expect(await promote({ server: client, keysDir, name: 'tiny', version: '2', channel: 'canary' })).toBe(
    true,
  );
  const canary = await makeHost(repository, { channel: 'canary' });
  expect(await canary.offer('2', '1')).toMatchObject({ version: '2' });
});

test('the floor tells what this folder has signed', async () => {
  const now = new Date('2026-06-01T12:00:00.5Z');
  expect(await makeFloor(repository.keysDir, 'tiny', '2', now)).toEqual({
    format: 1,
    built: '2026-06-01T12:00:00Z',
    root: 1,
    channels: { alpha: 2 },
    stateCompat: '2',
  });
});
