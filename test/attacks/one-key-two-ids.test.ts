import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { paths } from '../../protocol/api/publish.ts';
import { keyIdOf } from '../../protocol/formats/keys/public-key.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { attack, type Scene } from '../support/trust/attack.ts';
import { falsify, readKey, type Signed, showRoles, signAs } from '../support/trust/forge.ts';

type Key = { keytype: string; scheme: string; keyval: Record<string, string> };
type Naming = Signed & {
  keys: Record<string, unknown>;
  roles: Record<string, { keyids: string[]; threshold: number }>;
};

/** A root that both honest holders signed without seeing what `change` does to it. */
async function fooled({ repository }: Scene, change: (root: Naming) => void): Promise<string> {
  const holders = [await readKey(repository, 'root-1'), await readKey(repository, 'root-2')];
  const edit = (signed: Signed) => {
    signed.version = 2;
    change(signed as Naming);
  };
  const root = falsify(repository.server.state.roles.root ?? '', edit, holders);
  repository.server.files.set(`${paths.metadata}/2.root.json`, root);
  return root;
}

/** `targets` with its next version, signed by one key under each of these ids. */
function signedByOne({ repository }: Scene, key: KeyObject, ids: readonly string[]): string {
  const before = repository.server.state.roles.targets ?? '';
  const targets = falsify(before, (signed) => (signed.version += 1), []);
  return ids.reduce((text, id) => signAs(text, id, key), targets);
}

/** Second spellings of an ed25519 key, each with the id that is right for it. */
function spellings(key: KeyObject): [string, Key][] {
  const named = publicKeyOf(key).key;
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const texts = [named.keyval.public.toUpperCase(), pem, pem.replaceAll('\n', '\r\n'), `${pem}\n`];
  const again = texts.map((text): Key => ({ ...named, keyval: { public: text } }));
  const padded: Key = { ...named, keyval: { ...named.keyval, note: 'mine' } };
  return [...again, padded].map((other) => [keyIdOf(other), other]);
}

test('a key under its id and an invented one does not reach a threshold of two', () =>
  attack({ threshold: 2 }, async (scene) => {
    const mine = generateKeyPairSync('ed25519');
    const { id, key } = publicKeyOf(mine.publicKey);
    const other = 'f'.repeat(64);
    await fooled(scene, (root) => {
      Object.assign(root.keys, { [id]: key, [other]: key });
      root.roles.targets!.keyids = [id, other];
    });
    await showRoles(scene.repository, { targets: signedByOne(scene, mine.privateKey, [id, other]) });
    await scene.refuses('metadata_invalid', { role: 'root' });
  }));

test.for([0, 1, 2, 3, 4])('nor does a key in a second spelling (%i), each under its own right id', (nth) =>
  attack({ threshold: 2 }, async (scene) => {
    const mine = generateKeyPairSync('ed25519');
    const { id, key } = publicKeyOf(mine.publicKey);
    const [other, again] = spellings(mine.publicKey)[nth]!;
    await fooled(scene, (root) => {
      Object.assign(root.keys, { [id]: key, [other]: again });
      root.roles.targets!.keyids = [id, other];
    });
    await showRoles(scene.repository, { targets: signedByOne(scene, mine.privateKey, [id, other]) });
    await scene.refuses('metadata_invalid', { problem: 'targets was signed by 1/2 keys' });
  }),
);

test('nor does a point of P-256 that is written compressed as well', () =>
  attack({ threshold: 2 }, async (scene) => {
    const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { id, key } = publicKeyOf(mine.publicKey);
    const { x = '', y = '' } = mine.publicKey.export({ format: 'jwk' });
    const [right, down] = [x, y].map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer];
    const points = [
      Buffer.concat([Buffer.of(4), right, down]),
      Buffer.concat([Buffer.of(2 + (down.at(-1)! & 1)), right]),
    ];
    const others = points.map((point): Key => ({ ...key, keyval: { public: point.toString('hex') } }));
    const ids = [id, ...others.map(keyIdOf)];
    await fooled(scene, (root) => {
      Object.assign(
        root.keys,
        { [id]: key },
        Object.fromEntries(others.map((other) => [keyIdOf(other), other])),
      );
      root.roles.targets!.keyids = ids;
    });
    await showRoles(scene.repository, { targets: signedByOne(scene, mine.privateKey, ids) });
    await scene.refuses('metadata_invalid', { problem: 'targets was signed by 1/2 keys' });
  }));

test('a root that puts another key behind a known id is refused', () =>
  attack({ threshold: 2 }, async (scene) => {
    const mine = generateKeyPairSync('ed25519');
    await fooled(scene, (root) => {
      for (const id of root.roles.targets!.keyids) root.keys[id] = publicKeyOf(mine.publicKey).key;
    });
    await scene.refuses('metadata_invalid', { role: 'root' });
    expect(await scene.host.cache()).not.toContain('2.root.json');
  }));

test('and so is a delegation that does', () =>
  attack({ threshold: 2 }, async (scene) => {
    const { repository } = scene;
    const mine = generateKeyPairSync('ed25519');
    const holders = [await readKey(repository, 'targets-1'), await readKey(repository, 'targets-2')];
    const edit = (signed: Signed) => {
      signed.version += 1;
      const { delegations } = signed as Signed & { delegations: { keys: Record<string, unknown> } };
      for (const id of Object.keys(delegations.keys)) delegations.keys[id] = publicKeyOf(mine.publicKey).key;
    };
    await showRoles(repository, {
      targets: falsify(repository.server.state.roles.targets ?? '', edit, holders),
    });
    await scene.refuses('metadata_invalid', { role: 'targets' });
  }));

test('one key may hold two roles: each counts it for itself', () =>
  attack({}, async ({ repository, host }) => {
    const root = await readKey(repository, 'root');
    const { id, key } = publicKeyOf(root);
    const shared = falsify(
      repository.server.state.roles.root ?? '',
      (signed) => {
        const naming = signed as Naming;
        naming.version = 2;
        naming.keys[id] = key;
        naming.roles.targets!.keyids = [id];
      },
      [root],
    );
    repository.server.files.set(`${paths.metadata}/2.root.json`, shared);
    const targets = falsify(repository.server.state.roles.targets ?? '', (signed) => (signed.version += 1), [
      root,
    ]);
    await showRoles(repository, { root: shared, targets });
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
  }));
