import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyIdOf } from '../../protocol/formats/keys/public-key.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { attack, type Scene } from '../support/trust/attack.ts';
import { falsify, readKey, type Signed } from '../support/trust/forge.ts';

type Key = { keytype: string; scheme: string; keyval: { public: string } };
type Naming = Signed & {
  keys: Record<string, Key>;
  roles: Record<string, { keyids: string[]; threshold: number }>;
};

const mine = publicKeyOf(generateKeyPairSync('ed25519').publicKey);

/** Sends a root that both holders were led to sign; the server refuses it and shows what it showed. */
async function isRefused(
  { repository }: Scene,
  change: (document: Naming) => void,
  problem: string,
  role = 'root',
): Promise<void> {
  const { server, client } = repository;
  const holders = [await readKey(repository, `${role}-1`), await readKey(repository, `${role}-2`)];
  let replaces = 0;
  const edit = (signed: Signed) => {
    replaces = signed.version;
    signed.version += 1;
    change(signed as Naming);
  };
  const json = falsify(server.state.roles[role] ?? '', edit, holders);
  const [state, files] = [structuredClone(server.state), new Map(server.files)];
  const upload = { roles: [{ role, replaces, json }], targets: {}, action: 'renew', name: 'tiny' };
  const refusal = { code: 'metadata_invalid', message: expect.stringContaining(problem) };
  await expect(client.post('/v1/publish', upload)).rejects.toMatchObject(refusal);
  expect(server.state).toEqual(state);
  expect(server.files).toEqual(files);
}

test.for([
  [
    'another key behind a known id',
    (root: Naming) => {
      root.keys[root.roles.targets!.keyids[0]!] = mine.key;
    },
    'is not the hash of its key',
  ],
  [
    'one key under two ids',
    (root: Naming) => {
      const [id = ''] = root.roles.targets!.keyids;
      root.keys['f'.repeat(64)] = root.keys[id]!;
      root.roles.targets!.keyids = [id, 'f'.repeat(64)];
    },
    'is not the hash of its key',
  ],
  [
    'a key of a type that the server does not know',
    (root: Naming) => {
      root.keys[mine.id] = { keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AAAA' } };
    },
    'of unknown type ml-dsa',
  ],
  [
    'a threshold that nobody can reach',
    (root: Naming) => {
      root.roles.targets!.threshold = 3;
    },
    'targets needs 3 signatures and has 2 keys',
  ],
] as const)('the server takes no root with %s', ([, change, problem]) =>
  attack({ threshold: 2 }, (scene) => isRefused(scene, change, problem)),
);

type Delegating = {
  delegations: { keys: Record<string, Key>; roles: { keyids: string[]; threshold: number }[] };
};

test.for([
  [
    'another key behind a known id',
    ({ delegations: { keys, roles } }: Delegating) => {
      keys[roles[0]!.keyids[0]!] = mine.key;
    },
    'is not the hash of its key',
  ],
  [
    'one key in two spellings',
    ({ delegations: { keys, roles } }: Delegating) => {
      const again = { ...mine.key, keyval: { public: mine.key.keyval.public.toUpperCase() } };
      keys[mine.id] = mine.key;
      keys[keyIdOf(again)] = again;
      roles[0]!.keyids = [mine.id, keyIdOf(again)];
    },
    'are one key',
  ],
  [
    'a role that needs more keys than it has',
    ({ delegations: { roles } }: Delegating) => {
      roles[0]!.threshold = 9;
    },
    'needs 9 signatures',
  ],
] as const)('nor delegations with %s', ([, change, problem]) =>
  attack({ threshold: 2 }, (scene) =>
    isRefused(scene, (document) => change(document as never), problem, 'targets'),
  ),
);
