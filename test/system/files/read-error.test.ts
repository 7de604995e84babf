import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { readPublicKey } from '../../../builder/keys-folder/load-signers.ts';
import { readRequest } from '../../../builder/request/request.ts';
import { ifAbsent, readError } from '../../../system/files/read-error.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'read-error-'));
});
afterAll(() => rm(dir, { recursive: true }));

it('keeps apart what is absent and what cannot be read', async () => {
  const absent = join(dir, 'absent');
  expect(await readFile(absent).catch(ifAbsent(absent, 'none'))).toBe('none');
  await expect(readFile(dir).catch(ifAbsent(dir, 'none'))).rejects.toMatchObject({ code: 'bad_input' });
  const withheld = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(readError('a file', withheld).message).toContain('permission denied');
});

it.each([readPublicKey, readRequest])('%o says why a file cannot be read', async (read) => {
  await expect(read(join(dir, 'absent'))).rejects.toMatchObject({ code: 'not_found' });
  await expect(read(dir)).rejects.toMatchObject({
    code: 'bad_input',
    details: { what: dir, problem: expect.stringContaining('EISDIR') },
  });
});

it('says that a certificate of a keys folder cannot be read, and does not take it for absent', async () => {
  const keys = join(dir, 'keys');
  const certificates = { name: 'x', tlsNames: ['localhost'] };
  await initKeys(keys, { channels: ['stable'], threshold: 1, keys: 1, certificates });
  await rm(join(keys, 'x509/db.key'));
  expect(await keysStatus(keys)).toContainEqual(expect.objectContaining({ role: 'x509/db', here: 0 }));
  await rm(join(keys, 'x509/db.crt'));
  await mkdir(join(keys, 'x509/db.crt'));
  await expect(keysStatus(keys)).rejects.toMatchObject({ code: 'bad_input' });
});
