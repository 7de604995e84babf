import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { signOnline } from '../../update-server/domain/tuf/sign-online.ts';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey, showRoles } from '../support/trust/forge.ts';
import { show } from '../support/trust/server.ts';

const huge = 2 ** 40;

test('online keys cannot push an offline role to a version that nobody signed', () =>
  attack({}, async ({ repository, refuses }) => {
    const { server } = repository;
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const pushed = falsify(server.state.roles['channel-alpha'] ?? '', (signed) => (signed.version = huge), [
      stranger,
    ]);
    await showRoles(repository, { 'channel-alpha': pushed });
    await refuses('metadata_invalid', { role: 'channel-alpha' });
  }));

test('a root that exchanges the online keys heals hosts whose timestamp was pushed far ahead', () =>
  attack({}, async ({ repository, host }) => {
    const { server } = repository;
    const honest = structuredClone(server.state);
    const thief = Object.fromEntries(
      Object.entries(server.state).map(([role, value]) => [
        role,
        typeof value === 'string'
          ? value.replace(/"version":\d+,"expires"/, `"version":${huge},"expires"`)
          : value,
      ]),
    ) as typeof server.state;
    server.state = thief;
    await showRoles(repository, {});
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect((await host.cache())?.includes(String(huge + 1))).toBe(true);

    const fresh = {
      snapshot: generateKeyPairSync('ed25519').privateKey,
      timestamp: generateKeyPairSync('ed25519').privateKey,
    };
    const root = falsify(
      honest.roles.root ?? '',
      (signed) => {
        signed.version = 2;
        const keys = signed.keys as Record<string, unknown>;
        const roles = signed.roles as Record<string, { keyids: string[] }>;
        for (const [role, key] of Object.entries(fresh)) {
          const { id, key: publicKey } = publicKeyOf(key);
          keys[id] = publicKey;
          roles[role] = { ...roles[role], keyids: [id] };
        }
      },
      [await readKey(repository, 'root')],
    );
    const state = { ...honest, roles: { ...honest.roles, root } };
    show(server, signOnline(state, fresh, new Date()));
    server.files.set(`${paths.metadata}/2.root.json`, root);
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect((await host.cache())?.includes(String(huge))).toBe(false);
  }));
