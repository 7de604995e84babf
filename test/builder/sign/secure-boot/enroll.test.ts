import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificates } from '../../../../builder/keys/certificates/certificates.ts';
import { enroll } from '../../../../builder/sign/secure-boot/enroll.ts';
import { readEnrollmentKeys, requireSigner } from '../../../../builder/sign/secure-boot/find-signer.ts';
import { requireSignedBoot } from '../../../../builder/sign/secure-boot/require-signed-boot.ts';
import { signPe } from '../../../../builder/sign/secure-boot/sign-pe.ts';
import { makeStub } from '../../boot-file/make-stub.ts';

let dir: string;
let keys: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'enroll-'));
  [keys] = ['own', 'foreign'].map((name) => {
    mkdirSync(join(dir, name, 'x509'), { recursive: true });
    const files = makeCertificates({ name, tlsNames: ['localhost'] }, new Date());
    for (const [path, content] of Object.entries(files)) writeFileSync(join(dir, name, path), content);
    return join(dir, name);
  }) as [string, string];
});
afterAll(() => rmSync(dir, { recursive: true }));

/** sbsigntool's signature list of a certificate, without the owner, who is anybody. */
function signatureList(certificate: string): Buffer {
  const list = join(dir, 'list');
  const owner = '11111111-2222-3333-4444-555555555555';
  const { status } = spawnSync('sbsiglist', [
    '--owner',
    owner,
    '--type',
    'x509',
    '--output',
    list,
    certificate,
  ]);
  expect(status).toBe(0);
  return readFileSync(list).fill(0, 28, 44);
}

it('ends each variable with the list that sbsiglist makes, and gives the same bytes each time', async () => {
  mkdirSync(join(keys, 'x509/db.d'));
  const other = join(dir, 'foreign/x509/db.der');
  writeFileSync(join(keys, 'x509/db.d/cards.der'), readFileSync(other));
  const files = enroll(await readEnrollmentKeys(keys));
  expect(enroll(await readEnrollmentKeys(keys))).toEqual(files);
  const lists = (name: string, ...certificates: string[]) => {
    let rest = Buffer.from(files.get(name)!);
    for (const list of certificates.map(signatureList).toReversed()) {
      expect(rest.subarray(-list.length).fill(0, 28, 44)).toEqual(list);
      rest = rest.subarray(0, -list.length);
    }
    return rest;
  };
  const der = (name: string) => {
    const file = join(dir, `${name}.der`);
    const pem = readFileSync(join(keys, `x509/${name}.crt`), 'utf8');
    writeFileSync(file, Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64'));
    return file;
  };
  for (const head of [
    lists('PK.auth', der('PK')),
    lists('KEK.auth', der('KEK')),
    lists('db.auth', der('db'), other),
  ]) {
    // EFI_TIME, then a WIN_CERTIFICATE that reaches to the list
    expect(head.readUInt32LE(16)).toBe(head.length - 16);
    expect(head.toString('hex', 40, 42)).toBe('3082');
  }
});

it('asks for the signatures that enrolled firmware will ask for', async () => {
  const folder = mkdtempSync(join(dir, 'release-'));
  const put = (name: string, program: Buffer) => writeFileSync(join(folder, name), program);
  const program = makeStub().subarray(0, 0x800);
  const signed = signPe(program, await requireSigner(keys));
  put('loader.efi', signed);
  put('boot.efi', signed);
  await requireSignedBoot(folder, keys);
  for (const bad of [program, signPe(program, await requireSigner(join(dir, 'foreign')))]) {
    put('boot.efi', bad);
    await expect(requireSignedBoot(folder, keys)).rejects.toThrow(/is not signed by/);
  }
});

it('needs the keys themselves', async () => {
  rmSync(join(keys, 'x509/KEK.key'));
  await expect(readEnrollmentKeys(keys)).rejects.toMatchObject({
    code: 'keys_missing',
    details: { role: 'x509/KEK' },
  });
});
