import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { importRequest } from '../../../builder/request/import-request.ts';
import { signRequest } from '../../../builder/request/sign-request.ts';
import { exportRelease } from '../../../builder/sign/export-release.ts';
import { sign } from '../../../builder/sign/sign.ts';
import { makeRelease } from '../../support/trust/release.ts';

let parent: string;
let keys: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlock-sign-'));
  keys = join(parent, 'keys');
  await initKeys(keys, { channels: ['alpha'], threshold: 2, keys: 3 });
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** A copy of the keys folder with only some of its private keys. */
async function holder(name: string, files: readonly string[]): Promise<string> {
  const dir = join(parent, name);
  await cp(keys, dir, { recursive: true });
  const gone = (await readdir(dir)).filter((file) => file.endsWith('.pem') && !files.includes(file));
  for (const file of gone) await rm(join(dir, file));
  return dir;
}

test('signs once, and says so when asked again', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  const target = 'tiny/1/x86-64/release.json';
  expect(await sign(dir, keys)).toEqual({ target, version: 2, signed: true });
  expect(await sign(dir, keys)).toEqual({ target, version: 2, signed: false });
  expect(JSON.parse(await readFile(join(keys, 'metadata/releases.json'), 'utf8')).signatures).toHaveLength(3);
});

test('nothing broken is ever signed', async () => {
  for (const file of ['root.erofs', 'boot.efi', 'payload.full', 'sbom.cdx.json']) {
    const { dir } = await makeRelease(parent, { version: '1' });
    const bytes = await readFile(join(dir, file));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(dir, file), bytes);
    await expect(sign(dir, keys)).rejects.toMatchObject({ code: 'release_invalid' });
    await rm(join(dir, file));
    await expect(sign(dir, keys)).rejects.toThrow(/cannot be read/);
  }
  await expect(sign(join(parent, 'nowhere'), keys)).rejects.toMatchObject({ code: 'not_found' });
  expect(await readdir(keys)).not.toContain('targets');
});

test('a version is signed with one content only', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  await sign(dir, keys);
  await makeRelease(parent, { version: '1' });
  await expect(sign(dir, keys)).rejects.toMatchObject({ code: 'exists' });
});

test('one key of two needed is not enough', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  const one = await holder('one', ['releases-1.pem']);
  await expect(sign(dir, one)).rejects.toMatchObject({ code: 'keys_missing', details: { role: 'releases' } });
});

test('hashes out, signatures in: two holders sign on machines of their own', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  const [build, one, two] = [
    await holder('build', []),
    await holder('one', ['releases-1.pem']),
    await holder('two', ['releases-3.pem']),
  ];
  const file = join(parent, 'request.json');
  expect(await exportRelease(dir, build, file)).toMatchObject([{ signatures: 0, threshold: 2 }]);
  expect(await signRequest(file, one)).toMatchObject([
    { role: 'releases', signatures: 1, changes: ['adds tiny/1/x86-64/release.json'] },
  ]);
  expect(await signRequest(file, one)).toMatchObject([{ signatures: 1 }]);
  await expect(importRequest(file, build, undefined)).rejects.toMatchObject({ code: 'metadata_invalid' });
  expect(await signRequest(file, two)).toMatchObject([{ signatures: 2 }]);
  expect(await importRequest(file, build, undefined)).toMatchObject({
    documents: [{ signatures: 2 }],
    retired: [],
  });
  expect(await sign(dir, build)).toMatchObject({ signed: false, version: 2 });
});

test('a holder does not sign a request that changes or drops a release', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  await sign(dir, keys);
  const { dir: next } = await makeRelease(parent, { version: '2' });
  const file = join(parent, 'request.json');
  await exportRelease(next, keys, file);
  const request = JSON.parse(await readFile(file, 'utf8'));
  const metadata = JSON.parse(request.publish.roles[0].json);
  delete metadata.signed.targets['tiny/1/x86-64/release.json'];
  request.publish.roles[0].json = JSON.stringify(metadata);
  await writeFile(file, JSON.stringify(request));
  await expect(signRequest(file, keys)).rejects.toMatchObject({ code: 'metadata_invalid' });
});
