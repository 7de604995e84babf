import { generateKeyPairSync } from 'node:crypto';
import { test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { attack } from '../support/trust/attack.ts';
import { falsify, readKey } from '../support/trust/forge.ts';

const thief = generateKeyPairSync('ed25519').privateKey;

/** Makes the attacker's key the root's key. */
function takeOver(signed: { version: number } & Record<string, unknown>): void {
  const { id, key } = publicKeyOf(thief);
  signed.version = 2;
  (signed.keys as Record<string, unknown>)[id] = key;
  (signed.roles as Record<string, { keyids: string[] }>).root!.keyids = [id];
}

test.for([
  ['by nobody', []],
  ['by its own new keys only', [thief]],
] as const)('a new root signed %s is refused', ([, keys]) =>
  attack({}, async ({ repository, refuses }) => {
    const { server } = repository;
    server.files.set(`${paths.metadata}/2.root.json`, falsify(server.state.roles.root ?? '', takeOver, keys));
    await refuses('metadata_invalid', { role: 'root' });
  }),
);

test('a new root signed by the old keys but not by its own is refused', () =>
  attack({}, async ({ repository, refuses }) => {
    const { server } = repository;
    const root = falsify(server.state.roles.root ?? '', takeOver, [await readKey(repository, 'root')]);
    server.files.set(`${paths.metadata}/2.root.json`, root);
    await refuses('metadata_invalid', { role: 'root' });
  }));

test('a root that skips a version is refused', () =>
  attack({}, async ({ repository, refuses }) => {
    const { server } = repository;
    const root = falsify(server.state.roles.root ?? '', (signed) => (signed.version = 3), [
      await readKey(repository, 'root'),
    ]);
    server.files.set(`${paths.metadata}/2.root.json`, root);
    await refuses('metadata_invalid', { role: 'root' });
  }));
