import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFat32, type Fat32Options } from '../../../builder/disk/fat32/encode-fat32.ts';
import { chooseGeometry } from '../../../builder/disk/fat32/geometry.ts';

const mebibyte = 1024 * 1024;
const time = Date.UTC(2026, 10, 20, 13, 37, 42) / 1000;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fat32-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function write(options: Omit<Fat32Options, 'label' | 'volumeId' | 'time'>): string {
  const path = join(dir, 'esp.img');
  const file = openSync(path, 'w');
  ftruncateSync(file, options.size);
  for (const { offset, bytes } of encodeFat32({ label: 'ESP', volumeId: 0x1234abcd, time, ...options })) {
    writeSync(file, bytes, 0, bytes.length, offset);
  }
  closeSync(file);
  return path;
}

/** Reads a file by mtools; its own file checks differ from ours in every line. */
function read(image: string, path: string): Buffer {
  const out = join(dir, 'out');
  execFileSync('mcopy', ['-n', '-o', '-i', image, `::${path}`, out]);
  return readFileSync(out);
}

const files = new Map<string, Buffer>([
  ['EFI/BOOT/BOOTX64.EFI', randomBytes(100_000)],
  ['EFI/interlock/a-0123456789abcdef.efi', randomBytes(3 * mebibyte + 1)],
  ['EFI/interlock/empty', Buffer.alloc(0)],
  ['loader/loader.conf', Buffer.from('timeout 0\n')],
  ['loader/entries/interlock-1.conf', Buffer.from('title one\n')],
  ['loader/entries/interlock-12+3.conf', Buffer.from('title two\n')],
  ['loader/entries/interlock-12+2-1.conf', Buffer.from('title three\n')],
  ['loader/thirteenchars', Buffer.from('13')],
  [`loader/${'l'.repeat(255)}`, Buffer.from('255')],
  ['TOOLON~1.CON', Buffer.from('real 8.3')],
  ['toolongname.conf', Buffer.from('gets the next number')],
  ...Array.from({ length: 200 }, (_, index): [string, Buffer] => [
    `many/File ${index}.txt`,
    Buffer.from(`${index}`),
  ]),
]);

/** fsck.fat counts directories too, the root among them. */
const directories = 7;

describe('FAT32 file system', () => {
  const geometries: [string, number, number][] = [
    ['512-byte clusters', 64 * mebibyte, 512],
    ['4096-byte clusters', 512 * mebibyte, 512],
    ['4096-byte sectors', 300 * mebibyte, 4096],
  ];
  for (const [what, size, sectorSize] of geometries) {
    it(`satisfies fsck.fat and gives its files back to mtools: ${what}`, () => {
      const image = write({ size, sectorSize, files, hiddenSectors: 2048 });
      const said = execFileSync('fsck.fat', ['-n', '-v', image]).toString().replaceAll(image, 'esp');
      expect(said).toContain(`esp: ${files.size + directories} files, `);
      expect(said).not.toMatch(/differ|wrong|error|bad|dirty/i);
      for (const [path, content] of files) {
        if (!path.startsWith('many/') || path.includes('9'))
          expect(read(image, path).equals(content)).toBe(true);
      }
      expect(execFileSync('mdir', ['-b', '-i', image, '::many']).toString().trim().split('\n').length).toBe(
        200,
      );
      expect(execFileSync('mdir', ['-i', image, '::loader']).toString()).toMatch(/2026-11-20\s+13:37/);
    });
  }

  it('measures as the table in the format notes says', () => {
    const cases: [number, number, number[]][] = [
      [1024 * mebibyte, 512, [32, 2044, 4120, 261_629]],
      [512 * mebibyte, 512, [36, 1022, 2080, 130_812]],
      [1024 * mebibyte, 4096, [32, 256, 544, 261_600]],
      [66_581 * 512, 512, [32, 512, 1056, 65_525]],
    ];
    for (const [size, sectorSize, expected] of cases) {
      const { reserved, fatLength, firstData, clusters } = chooseGeometry(size, sectorSize);
      expect([reserved, fatLength, firstData, clusters]).toEqual(expected);
    }
  });

  it('is the same bytes each time', () => {
    const first = readFileSync(write({ size: 64 * mebibyte, files }));
    const second = readFileSync(write({ size: 64 * mebibyte, files: new Map([...files].reverse()) }));
    expect(first.equals(second)).toBe(true);
  });

  it('refuses what firmware would not see, and what does not fit', () => {
    expect(() => chooseGeometry(2 ** 40, 512)).not.toThrow();
    expect(() => chooseGeometry(2 ** 40 + 2 ** 32, 512)).toThrow('too large for FAT32');
    const options = { label: 'ESP', volumeId: 1, time, size: 64 * mebibyte };
    const encode = (changed: object) => () => encodeFat32({ ...options, files: new Map(), ...changed });
    expect(encode({ size: 66_580 * 512 })).toThrow('too small for FAT32');
    expect(encode({ size: 256 * mebibyte, sectorSize: 4096 })).toThrow('too small for FAT32');
    expect(encode({ files: new Map([['big', Buffer.alloc(64 * mebibyte)]]) })).toThrow('its slot has');
    const names = (...paths: string[]) =>
      encode({ files: new Map(paths.map((path) => [path, Buffer.alloc(1)])) });
    expect(names('a/File', 'a/file')).toThrow('differ only in case');
    expect(names('a', 'a/b')).toThrow('is below the file a');
    expect(names('a:b')).toThrow('FAT cannot hold');
    expect(names('käse')).toThrow('FAT cannot hold');
    expect(names('n'.repeat(256))).toThrow('256 characters');
  });
});
