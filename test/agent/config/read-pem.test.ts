import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPem } from '../../../agent/config/read-pem.ts';

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'interlock-pem-')), 'x.pem');
});
afterEach(() => rm(join(file, '..'), { recursive: true, force: true }));
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

it.each([
  ['nothing', ''],
  ['a page', '<html>'],
  ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['a key', key],
])('takes %s for no certificate, and names the file', async (_, text) => {
  await writeFile(file, text);
  const failure = {
    code: 'config_invalid',
    message: expect.stringContaining('x.pem: it contains no certificate'),
  };
  await expect(readPem(file, 'certificate')).rejects.toMatchObject(failure);
});

it('says what the disk says of a file that is not there', async () => {
  await expect(readPem(file, 'certificate')).rejects.toThrow(/x\.pem: ENOENT/);
});

it('takes a key, and nothing else for one', async () => {
  await writeFile(file, key);
  expect(await readPem(file, 'key')).toBe(key);
  await writeFile(file, 'garbage');
  await expect(readPem(file, 'key')).rejects.toMatchObject({ code: 'config_invalid' });
});
