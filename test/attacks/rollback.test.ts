import { expect, test } from 'vitest';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey, showRoles } from '../support/trust/forge.ts';
import { makeHost } from '../support/trust/host.ts';

test('an older channel document under a fresh snapshot is refused', () =>
  attack({}, async ({ repository, host, refuses }) => {
    const older = repository.server.files.get('/v1/tuf/metadata/2.channel-alpha.json')?.toString() ?? '';
    await host.offer('3', '1');
    await showRoles(repository, { 'channel-alpha': older });
    await refuses('metadata_rollback', { role: 'channel-alpha' });
  }));

test('an older timestamp is refused', () =>
  attack({}, async ({ repository, host, refuses, settle }) => {
    const { server } = repository;
    const older = server.files.get('/v1/tuf/metadata/timestamp.json') ?? '';
    await repository.publish({ version: '4' }, 'stable');
    settle();
    await host.offer('3', '1');
    server.files.set('/v1/tuf/metadata/timestamp.json', older);
    await refuses('metadata_rollback', { role: 'timestamp', found: '3', seen: '4' });
  }));

test('a channel key that signs an older document again does not take hosts back', () =>
  attack({}, async ({ repository, host, refuses }) => {
    const older = repository.server.files.get('/v1/tuf/metadata/3.channel-alpha.json')?.toString() ?? '';
    await host.offer('3', '1');
    const again = falsify(older, (signed) => (signed.version = 5), [
      await readKey(repository, 'channel-alpha'),
    ]);
    await showRoles(repository, { 'channel-alpha': again });
    await refuses('metadata_rollback', { role: 'channel-alpha', found: 2, seen: 3 });
  }));

test('a host without memory does not go below the floor of its image', () =>
  attack({}, async ({ repository }) => {
    const fresh = await makeHost(repository, { channels: { alpha: 9 } });
    await expect(fresh.offer('3', '1')).rejects.toMatchObject({
      code: 'metadata_rollback',
      details: { seen: 9 },
    });
    const rooted = await makeHost(repository, { root: 2 });
    await expect(rooted.offer('3', '1')).rejects.toMatchObject({
      code: 'metadata_rollback',
      details: { role: 'root' },
    });
    expect(await fresh.cache()).toBeUndefined();
  }));
