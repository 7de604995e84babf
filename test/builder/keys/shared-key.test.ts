import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { makeKey } from '../../../builder/keys/make-key.ts';
import { revokeKey, rotateKeys } from '../../../builder/keys/rotate.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { readPublicKey } from '../../../builder/keys-folder/load-signers.ts';

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'interlock-shared-')), 'keys');
  await initKeys(dir, { channels: ['alpha'], threshold: 1, keys: 1 });
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));

async function rootNames(id: string): Promise<boolean> {
  const root = JSON.parse(await readFile(join(dir, 'metadata/root.json'), 'utf8'));
  return id in root.signed.keys;
}

test('a key that two roles have stays in root until both have given it up', async () => {
  const { id } = await makeKey(join(dir, 'carol'));
  const publicKeys = [await readPublicKey(join(dir, 'carol.pub'))];
  await rotateKeys(dir, 'targets', { publicKeys });
  await rotateKeys(dir, 'root', { publicKeys });
  await expect(revokeKey(dir, 'carol.pem')).rejects.toMatchObject({
    code: 'bad_input',
    details: { problem: expect.stringContaining('signs for root and targets') },
  });
  await rotateKeys(dir, 'root');
  expect(await rootNames(id)).toBe(true);
  const status = await keysStatus(dir);
  expect(status.find(({ role }) => role === 'targets')).toMatchObject({
    keys: 1,
    here: 1,
    threshold: 1,
    ids: [id.slice(0, 8)],
  });
});

test('one key given twice is no second holder', async () => {
  await makeKey(join(dir, 'carol'));
  const key = await readPublicKey(join(dir, 'carol.pub'));
  await expect(rotateKeys(dir, 'targets', { publicKeys: [key, key], threshold: 2 })).rejects.toMatchObject({
    code: 'usage',
    details: { problem: 'targets would have one key twice' },
  });
});
