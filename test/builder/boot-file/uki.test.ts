import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packUki } from '../../../builder/boot-file/uki.ts';
import { takeApart } from '../../../builder/installer/live-boot.ts';
import { bootFiles } from '../../../builder/keys/certificates/certificates.ts';
import { signPe } from '../../../builder/sign/secure-boot/sign-pe.ts';
import { checkUki, dissect, ukiInput as input } from './check-uki.ts';
import { makeStub } from './make-stub.ts';

const installedStub = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub';
describe('unified kernel image', () => {
  it('is taken apart by binutils into what went in', () => checkUki(makeStub()));

  it.skipIf(!existsSync(installedStub))("holds for systemd's own stub (skipped: none is installed)", () =>
    checkUki(readFileSync(installedStub)),
  );

  it('keeps exact lengths, and drops what lies behind the last section', () => {
    const image = packUki(input);
    const sizes = Object.fromEntries(dissect(image).map(({ name, size }) => [name, size]));
    expect(sizes['.cmdline']).toBe('interlock.roothash=ab quiet'.length);
    expect(sizes['.initrd']).toBe(30_001);
    expect(image.readUInt32LE(0x40 + 12)).toBe(0);
    expect(image.readUInt32LE(0x40 + 16)).toBe(0);
  });

  it('is taken apart again, signed or not, into what it was made of', () => {
    const image = packUki(input);
    const made = Object.entries(bootFiles('db', { name: 'test' }, new Date()));
    const file = (ending: string) => String(made.find(([name]) => name.endsWith(ending))![1]);
    const signer = { key: file('.key'), certificate: file('.crt') };
    for (const one of [image, signPe(image, signer)]) expect(packUki(takeApart(one))).toEqual(image);
    expect(() => takeApart(makeStub())).toThrow('boot.efi: has no section .osrel');
  });

  it('promises no NX when the kernel does not', () => {
    const nx = (image: Buffer) => image.readUInt16LE(0x40 + 24 + 70) & 0x100;
    const old = makeStub((bytes) => bytes.writeUInt16LE(0, 0x40 + 24 + 70));
    expect(nx(packUki(input))).toBe(0x100);
    expect(nx(packUki({ ...input, kernel: old }))).toBe(0);
  });

  const refused: [string, Buffer, string][] = [
    ['is not a PE image', Buffer.alloc(1000), 'is not a PE image'],
    ['is signed', makeStub((bytes) => bytes.writeUInt32LE(1, 0x40 + 24 + 148)), 'is signed'],
    ['is a UKI already', packUki(input), 'has a section .osrel already'],
    ['is cut short', makeStub().subarray(0, 0x500), 'is cut short'],
    ['is 32-bit', makeStub((bytes) => bytes.writeUInt16LE(0x10b, 0x40 + 24)), 'is not a PE32+'],
    ['has no room', makeStub((bytes) => bytes.writeUInt32LE(0x1c0, 0x40 + 24 + 60)), 'has no room for 5'],
  ];
  for (const [what, stub, problem] of refused) {
    it(`refuses a stub that ${what}`, () => {
      expect(() => packUki({ ...input, stub })).toThrow(problem);
    });
  }
});
