import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packUki, type UkiInput } from '../../../builder/boot-file/uki.ts';
import { makeStub } from './make-stub.ts';

/** What goes into the images of these tests. */
export const ukiInput: UkiInput = {
  stub: makeStub(),
  osRelease: 'ID=interlock\nPRETTY_NAME="Interlock"\n',
  cmdline: 'interlock.roothash=ab quiet \n',
  uname: '6.12.0-cloud-amd64',
  kernel: makeStub(),
  initrd: randomBytes(30_001),
};

/** Lets binutils take the image apart: sections in order, and the bytes of one of them. */
export function dissect(image: Buffer): { name: string; size: number; address: bigint; content: Buffer }[] {
  const dir = mkdtempSync(join(tmpdir(), 'uki-'));
  const [path, out] = [join(dir, 'image.efi'), join(dir, 'section')];
  try {
    writeFileSync(path, image);
    const said = execFileSync('objdump', ['-h', path]).toString();
    return [...said.matchAll(/^\s+\d+ (\S+)\s+([0-9a-f]{8})\s+([0-9a-f]{16})/gm)].map(
      ([, name, size, address]) => {
        execFileSync('objcopy', ['-O', 'binary', '--only-section', name!, path, out]);
        const content = readFileSync(out).subarray(0, Number.parseInt(size!, 16));
        return { name: name!, size: Number.parseInt(size!, 16), address: BigInt(`0x${address}`), content };
      },
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Packs an image around a stub and checks every section and header field that the firmware or the stub reads. */
export function checkUki(stub: Buffer): void {
  const image = packUki({ ...ukiInput, stub });
  const sections = dissect(image);
  const content = (wanted: string) => sections.find(({ name }) => name === wanted)!.content;
  expect(sections.slice(-5).map(({ name }) => name)).toEqual([
    '.osrel',
    '.cmdline',
    '.uname',
    '.linux',
    '.initrd',
  ]);
  expect(content('.initrd').equals(ukiInput.initrd as Buffer)).toBe(true);
  expect(content('.linux').equals(ukiInput.kernel as Buffer)).toBe(true);
  expect(content('.cmdline').toString()).toBe('interlock.roothash=ab quiet');
  let end = 0n;
  for (const { address, size } of sections) {
    expect(address >= end).toBe(true);
    end = address + BigInt(size);
  }
  for (const { address } of sections.slice(-5)) expect(address % 4096n).toBe(0n);
  const o = image.readUInt32LE(0x3c) + 24;
  const base = image.readBigUInt64LE(o + 24);
  const alignment = BigInt(image.readUInt32LE(o + 32));
  expect(BigInt(image.readUInt32LE(o + 56))).toBe(((end - base + alignment - 1n) / alignment) * alignment);
  expect(image.length % image.readUInt32LE(o + 36)).toBe(0);
  expect(image.readUInt32LE(o + 64)).toBe(0);
  expect(packUki({ ...ukiInput, stub }).equals(image)).toBe(true);
}
