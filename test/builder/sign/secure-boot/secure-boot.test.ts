import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../../../builder/keys/init.ts';
import { findSigner } from '../../../../builder/sign/secure-boot/find-signer.ts';
import { signPe } from '../../../../builder/sign/secure-boot/sign-pe.ts';
import { sign } from '../../../../builder/sign/sign.ts';
import { parseRelease } from '../../../../protocol/documents/release.ts';
import { authenticodeDigest } from '../../../../protocol/formats/efi/authenticode.ts';
import { makeStub } from '../../boot-file/make-stub.ts';
import { makeRelease } from '../../support/made-release.ts';

let dir: string;
let keys: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'secure-boot-'));
  keys = join(dir, 'keys');
  await initKeys(keys, {
    channels: ['alpha'],
    threshold: 1,
    keys: 1,
    certificates: { name: 'test', tlsNames: ['localhost'] },
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A stub as firmware knows them: without checksum, ending with its last section. */
const program = () => makeStub((bytes) => bytes.writeUInt32LE(0, 0x40 + 24 + 64)).subarray(0, 0x800);

/** What sbsigntool says of a signed program; it is a peer of the firmware. */
function verify(image: Buffer): string {
  const file = join(dir, 'signed.efi');
  writeFileSync(file, image);
  const { stdout, stderr } = spawnSync('sbverify', ['--cert', join(keys, 'x509/db.crt'), file], {
    encoding: 'utf8',
  });
  return (stdout + stderr).trim().split('\n').at(-1)!;
}

it('signs what sbverify accepts, over the digest of the unsigned program', async () => {
  const signed = signPe(program(), (await findSigner(keys))!);
  expect(verify(signed)).toBe('Signature verification OK');
  expect(authenticodeDigest(signed)).toEqual(authenticodeDigest(program()));
  signed[0x500]! ^= 1;
  expect(verify(signed)).toBe('Image fails hash check');
});

it('gives the same bytes each time, also for what is signed already', async () => {
  const signer = (await findSigner(keys))!;
  const signed = signPe(program(), signer);
  expect(signPe(program(), signer)).toEqual(signed);
  expect(signPe(signed, signer)).toEqual(signed);
});

it('refuses what is no EFI program', async () => {
  const signer = (await findSigner(keys))!;
  expect(() => signPe(Buffer.from('MZ'.padEnd(300)), signer)).toThrow(/not a PE32\+ image/);
});

it('signs the boot file of a release, and packs the payload that carries it again', async () => {
  const folder = mkdtempSync(join(dir, 'release-'));
  const made = await makeRelease(folder, [{ path: 'x', type: '0', content: Buffer.from('x') }]);
  const boot = program();
  writeFileSync(join(folder, 'boot.efi'), boot);
  const unsigned = { ...made, boot: { size: boot.length, sha256: hash('sha256', boot) } };
  writeFileSync(join(folder, 'release.json'), JSON.stringify(unsigned));
  for (const name of ['packages.lock', 'sbom.cdx.json']) writeFileSync(join(folder, name), '');
  const before = await readdir(folder);

  expect((await sign(folder, keys)).signed).toBe(true);
  const release = parseRelease(readFileSync(join(folder, 'release.json')));
  const signed = readFileSync(join(folder, 'boot.efi'));
  expect(verify(signed)).toBe('Signature verification OK');
  expect(release.boot).toEqual({ size: signed.length, sha256: hash('sha256', signed) });
  expect(release.root).toEqual(made.root);
  const payload = readFileSync(join(folder, 'payload.full'));
  expect(release.payloads[0]?.sha256).toBe(hash('sha256', payload));
  expect(release.payloads[0]?.sha256).not.toBe(made.payloads[0]?.sha256);
  expect(await readdir(folder)).toEqual(before);
  expect((await readdir(dir)).filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await sign(folder, keys)).signed).toBe(false);
});
