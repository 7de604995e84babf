import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bootNext } from '../../../agent/installer/boot-next.ts';
import { espOf } from '../../../agent/installer/installer.ts';
import { smallMedium } from './small-medium.ts';

const vendor = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
let efivars: string;
beforeEach(() => {
  efivars = mkdtempSync(join(tmpdir(), 'efivars-'));
});
afterEach(() => rmSync(efivars, { recursive: true }));
const read = (name: string) => readFileSync(join(efivars, `${name}-${vendor}`));

test('the firmware gets an entry for the disk once, and is told to start it next', async () => {
  const esp = await espOf(smallMedium().source);
  writeFileSync(join(efivars, `Boot0000-${vendor}`), 'another');
  for (let time = 0; time < 2; time++) expect(await bootNext(esp, 'x86-64', efivars)).toBe(true);
  expect(readdirSync(efivars)).toHaveLength(3);
  expect(read('BootNext').toString('hex')).toBe('070000000100');
  const option = read('Boot0001');
  expect(option.toString('utf16le', 10, 28)).toBe('Interlock');
  const paths = option.subarray(30);
  expect(option.readUInt16LE(8)).toBe(paths.length);
  // a hard drive node (UEFI 2.10, 10.3.5.1) of the ESP, a file path, the end
  expect(paths.toString('hex', 0, 4)).toBe('04012a00');
  expect([paths.readUInt32LE(4), Number(paths.readBigUInt64LE(8))]).toEqual([esp.number, esp.firstLba]);
  expect(Number(paths.readBigUInt64LE(16))).toBe(2048);
  expect(paths.toString('hex', 24, 42)).toMatch(/^[0-9a-f]{32}0202$/);
  expect(paths.toString('utf16le', 46, paths.length - 6)).toBe('\\EFI\\BOOT\\BOOTX64.EFI');
  expect(paths.toString('hex', paths.length - 4)).toBe('7fff0400');
});

test('a machine without UEFI says so', async () => {
  expect(await bootNext(await espOf(smallMedium().source), 'x86-64', join(efivars, 'none'))).toBe(false);
});
