import { expect, test } from 'vitest';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey, showRoles } from '../support/trust/forge.ts';

const day = 86_400_000;

test('an expired channel role stops new installs', () =>
  attack({}, async ({ repository, refuses }) => {
    const expired = falsify(
      repository.server.state.roles['channel-alpha'] ?? '',
      (signed) => {
        signed.version += 1;
        signed.expires = '2026-01-01T00:00:00Z';
      },
      [await readKey(repository, 'channel-alpha')],
    );
    await showRoles(repository, { 'channel-alpha': expired });
    await refuses('metadata_expired', { role: 'channel-alpha' });
  }));

test('a server that always shows the same is found out when its timestamp expires', () =>
  attack({}, async ({ host }) => {
    const { clock } = host.options;
    clock.at = new Date(Date.now() + 2 * day);
    const before = await host.cache();
    await expect(host.offer('3', '1')).rejects.toMatchObject({
      code: 'metadata_expired',
      details: { role: 'timestamp' },
    });
    host.options.isClockSynchronised = async () => false;
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_unsure' });
    host.options.isClockSynchronised = async () => true;
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'metadata_expired' });
    expect(await host.cache()).toBe(before);
    clock.at = undefined;
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    clock.at = new Date('2025-12-31T00:00:00Z');
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_behind' });
    clock.at = new Date(Date.now() - 60_000);
    await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'clock_behind' });
  }));
