import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyIdOf } from '../../../../protocol/formats/keys/public-key.ts';
import { publicKeyOf } from '../../../../protocol/formats/keys/signature.ts';
import { idProblem, type NamedKey, namingProblem } from '../../../../protocol/formats/keys/threshold.ts';

type Written = { keytype: string; scheme: string; keyval: Record<string, string> };

function named(key: Written, keyID = keyIdOf(key)): NamedKey {
  return { keyID, keyType: key.keytype, scheme: key.scheme, keyVal: key.keyval };
}

function fresh(): Written {
  return { ...publicKeyOf(generateKeyPairSync('ed25519').publicKey).key };
}

function naming(keys: NamedKey[], threshold = 1, keyIDs = keys.map(({ keyID }) => keyID)) {
  return {
    keys: Object.fromEntries(keys.map((key) => [key.keyID, key])),
    roles: { targets: { keyIDs, threshold } },
  };
}

test('keys as we write them pass, of both kinds', () => {
  const p256 = publicKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
  const keys = [named(fresh()), named({ ...p256.key })];
  expect(keys[1]?.keyID).toBe(p256.id);
  expect(namingProblem(naming(keys, 2))).toBeUndefined();
});

test('what signers and server refuse', () => {
  const key = fresh();
  const upper = { ...key, keyval: { public: key.keyval.public!.toUpperCase() } };
  const more = { ...key, keyval: { ...key.keyval, note: 'x' } };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    type: 'spki',
    format: 'pem',
  });
  const problems = [
    naming([named(key, 'f'.repeat(64))]),
    naming([named(key), named(upper)]),
    naming([named(upper)]),
    naming([named(more)]),
    naming([{ ...named(key), unrecognizedFields: { note: 'x' } }]),
    naming([named({ keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AAAA' } })]),
    naming([named({ ...key, scheme: 'ed25519ctx' })]),
    naming([named({ keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: rsa.toString() } })]),
    naming([named(key)], 2),
    naming([named(key)], 2, [named(key).keyID, 'not-there']),
    naming([named(key)], 0),
    naming([named(key)], 1.5),
  ].map(namingProblem);
  expect(problems).toEqual([
    expect.stringContaining('is not the hash of its key'),
    expect.stringContaining('are one key'),
    expect.stringContaining('is not written as'),
    expect.stringContaining('is not written as'),
    expect.stringContaining('is not written as'),
    expect.stringContaining('of unknown type ml-dsa'),
    expect.stringContaining('of unknown type ed25519 (ed25519ctx)'),
    expect.stringContaining('is not written as'),
    'targets needs 2 signatures and has 1 keys',
    'targets needs 2 signatures and has 1 keys',
    'targets needs 0 signatures and has 1 keys',
    'targets needs 1.5 signatures and has 1 keys',
  ]);
});

test('a host minds the ids of keys it knows, and no others', () => {
  const later = named({ keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AAAA' } }, 'any');
  expect(idProblem(naming([named(fresh()), later]))).toBeUndefined();
  expect(idProblem(naming([named(fresh(), 'f'.repeat(64)), later]))).toContain('is not the hash');
});
