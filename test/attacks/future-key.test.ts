import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { attack, type Scene } from '../support/trust/attack.ts';
import { falsify, readKey, type Signed, showRoles, signAs } from '../support/trust/forge.ts';
import { makeHost } from '../support/trust/host.ts';

type Naming = {
  keys: Record<string, unknown>;
  roles: Record<string, { keyids: string[]; threshold: number }>;
};

/** Keys that no agent of today can read. */
const future = {
  'a key type yet to come': { keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AAAA' } },
  'a known type with a scheme yet to come': {
    keytype: 'ed25519',
    scheme: 'ed25519ctx',
    keyval: { public: 'a'.repeat(64) },
  },
  'a key that is more than a text': {
    keytype: 'hybrid',
    scheme: 'both',
    keyval: { public: { one: 'A', two: ['B', 7] } },
  },
  'a key without a scheme': { keytype: 'later', keyval: { public: 'AAAA' } },
};

/** The next root, in which `role` has that key too; signed by its own holders and, as far as anybody can tell, by the new key. */
async function rolled({ repository }: Scene, key: object, role: string, threshold: number, id: string) {
  const edit = (signed: Signed) => {
    const { keys, roles } = signed as Signed & Naming;
    signed.version += 1;
    keys[id] = key;
    roles[role] = { keyids: [...roles[role]!.keyids, id], threshold };
  };
  const root = falsify(repository.server.state.roles.root ?? '', edit, [await readKey(repository, 'root')]);
  return signAs(root, id, generateKeyPairSync('ed25519').privateKey);
}

for (const [what, key] of Object.entries(future)) {
  test(`an agent of today follows a root with ${what}`, () =>
    attack({}, async (scene) => {
      const { repository, host } = scene;
      const root = await rolled(scene, key, 'root', 1, 'not-a-hash');
      repository.server.files.set(`${paths.metadata}/2.root.json`, root);
      await showRoles(repository, { root });
      expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
      expect((await host.cache())?.includes('not-a-hash')).toBe(true);
      expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
      const fresh = await makeHost(repository);
      expect(await fresh.offer('3', '1')).toMatchObject({ version: '3' });
    }));

  test(`${what} never counts`, () =>
    attack({}, async (scene) => {
      const { repository, refuses } = scene;
      const root = await rolled(scene, key, 'targets', 2, 'f'.repeat(64));
      repository.server.files.set(`${paths.metadata}/2.root.json`, root);
      const next = falsify(repository.server.state.roles.targets ?? '', (signed) => (signed.version += 1), [
        await readKey(repository, 'targets'),
      ]);
      const targets = signAs(next, 'f'.repeat(64), await readKey(repository, 'targets'));
      await showRoles(repository, { root, targets });
      await refuses('metadata_invalid', { problem: 'targets was signed by 1/2 keys' });
    }));
}
