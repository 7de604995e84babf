import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLoader } from '../../../agent/loader/loader.ts';
import { checkFile } from '../../../agent/loader/secure-boot/check-file.ts';
import { readSecureBoot } from '../../../agent/loader/secure-boot/read-state.ts';
import type { Running } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import { makeCertificates } from '../../../builder/keys/certificates/certificates.ts';
import { signDetached } from '../../../builder/sign/secure-boot/sign-detached.ts';
import { signPe } from '../../../builder/sign/secure-boot/sign-pe.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';

const roots = { a: 'a'.repeat(64), b: 'b'.repeat(64) };
const running = { slot: 'a', rootHash: roots.a } as Running;
const [own, foreign] = ['own', 'foreign'].map((name) => {
  const files = makeCertificates({ name, tlsNames: ['localhost'] }, new Date());
  const text = (file: string) => String(files[`x509/${file}`]);
  return {
    signer: { key: text('db.key'), certificate: text('db.crt') },
    // signed by an authority that may be in db itself
    issued: { key: text('tls-server.key'), certificate: text('tls-server.crt') },
    authority: der(text('tls-ca.crt')),
    db: Buffer.from(files['x509/db.der'] as Uint8Array),
  };
}) as [Signers, Signers];
interface Signers {
  signer: { key: string; certificate: string };
  issued: { key: string; certificate: string };
  authority: Buffer;
  db: Buffer;
}

const program = makeStub().subarray(0, 0x800);
const signed = signPe(program, own.signer);

let esp: string;
beforeEach(() => {
  esp = mkdtempSync(join(tmpdir(), 'secure-boot-'));
  for (const folder of ['loader/entries', 'EFI/interlock', 'efivars'])
    mkdirSync(join(esp, folder), { recursive: true });
  writeFileSync(join(esp, 'loader/loader.conf'), 'timeout 0\neditor no\nauto-entries no\n');
  putImage('a', program);
  writeFileSync(
    join(esp, 'loader/entries/interlock-1.conf'),
    `title x\nsort-key interlock\nversion 1\nlinux /EFI/interlock/a-${roots.a.slice(0, 16)}.efi\n`,
  );
});
afterEach(() => rmSync(esp, { recursive: true }));

function der(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
}

function putImage(slot: 'a' | 'b', content: Buffer): void {
  writeFileSync(join(esp, `EFI/interlock/${slot}-${roots[slot].slice(0, 16)}.efi`), content);
}

function putVariable(name: string, content: Buffer): void {
  writeFileSync(join(esp, 'efivars', name), Buffer.concat([Buffer.from([0x27, 0, 0, 0]), content]));
}

/** Firmware that starts what these certificates sign; a list of hashes stands before them, as it may. */
function turnOn(...certificates: Buffer[]): void {
  putVariable('SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c', Buffer.from([1]));
  const list = (type: string, data: Buffer) => {
    const bytes = Buffer.alloc(28 + 16 + data.length);
    bytes.write(type, 0, 'hex');
    bytes.writeUInt32LE(bytes.length, 16);
    bytes.writeUInt32LE(16 + data.length, 24);
    data.copy(bytes, 44);
    return bytes;
  };
  const hashes = list('2616c4c14c509240aca941f936934328', Buffer.alloc(32));
  const lists = certificates.map((one) => list('a159c0a5e494a74a87b5ab155c2bf072', one));
  putVariable('db-d719b2cb-3d3a-4596-a3bc-dad00e67656f', Buffer.concat([hashes, ...lists]));
}

async function flip(image: Buffer): Promise<number> {
  putImage('b', image);
  const boot = { sha256: createHash('sha256').update(image).digest('hex'), size: image.length };
  const target = { version: '2', rootHash: roots.b, release: { name: 'x', boot } } as Target;
  return openLoader(esp, { efivars: join(esp, 'efivars') }).flip(target, running);
}

const changed = Buffer.from(signed);
changed[0x500]! ^= 1;
const torn = signed.subarray(0, -300);
const swapped = (() => {
  // somebody else's signature of another program
  const other = Buffer.from(program);
  other[0x500]! ^= 1;
  return Buffer.concat([
    signed.subarray(0, program.length),
    signPe(other, own.signer).subarray(program.length),
  ]);
})();

test.each([
  ['the firmware’s own key', signed, own.db],
  ['a certificate that the firmware’s authority issued', signPe(program, own.issued), own.authority],
])('under Secure Boot, flips to what is signed by %s', async (_, image, db) => {
  turnOn(foreign.db, db);
  expect(await flip(image)).toBe(2);
});

test.each([
  ['unsigned', program],
  ['signed by a foreign key', signPe(program, foreign.signer)],
  ['issued by a foreign authority', signPe(program, foreign.issued)],
  ['changed after it was signed', changed],
  ['cut short', torn],
  ['carrying the signature of another program', swapped],
  ['no EFI program', Buffer.from('kernel')],
])('under Secure Boot, refuses an image that is %s', async (_, image) => {
  turnOn(own.db, own.authority);
  await expect(flip(image)).rejects.toMatchObject({ code: 'loader_unsafe' });
  const { check } = openLoader(esp, { efivars: join(esp, 'efivars') });
  await expect(check('b', roots.b)).rejects.toMatchObject({ code: 'loader_unsafe' });
});

test('says how far the machine trusts what it starts', async () => {
  const at = (path: string) => join(esp, 'root/sys', path);
  mkdirSync(at('kernel/security'), { recursive: true });
  mkdirSync(at('firmware/efi'), { recursive: true });
  expect(await readSecureBoot(join(esp, 'root'))).toEqual({ on: false, lockdown: null });
  turnOn(own.db);
  renameSync(join(esp, 'efivars'), at('firmware/efi/efivars'));
  writeFileSync(at('kernel/security/lockdown'), 'none [integrity] confidentiality\n');
  expect(await readSecureBoot(join(esp, 'root'))).toEqual({ on: true, lockdown: 'integrity' });
});

test('without Secure Boot, nobody looks at signatures', async () => {
  expect(await flip(program)).toBe(2);
});

const content = Buffer.from('070701 a configuration');
test.each([
  ['signed by a key of the firmware', content, signDetached(content, own.signer), undefined],
  ['signed by a foreign key', content, signDetached(content, foreign.signer), /not signed by a key/],
  [
    'changed since',
    Buffer.from('070701 another one'),
    signDetached(content, own.signer),
    /not signed by a key/,
  ],
  ['with an empty signature', content, Buffer.alloc(0), /not signed by a key/],
  ['not signed', content, undefined, /config\.cpio\.sig does not exist/],
])('a configuration %s', async (_, bytes, signature, refusal) => {
  turnOn(own.db);
  const file = join(esp, 'config.cpio');
  writeFileSync(file, bytes);
  if (signature) writeFileSync(`${file}.sig`, signature);
  const checked = checkFile(file, join(esp, 'efivars'));
  await (refusal ? expect(checked).rejects.toThrow(refusal) : checked);
});

test('without Secure Boot, no key vouches for a configuration', async () => {
  const file = join(esp, 'config.cpio');
  writeFileSync(file, content);
  writeFileSync(`${file}.sig`, signDetached(content, own.signer));
  await expect(checkFile(file, join(esp, 'efivars'))).rejects.toThrow(/Secure Boot is off/);
});
