import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLoader } from '../../../agent/loader/read-loader.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'loader-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

test('the initrd says which loader it was', async () => {
  put('run/interlock/boot', 'loader=grub\nsecure_boot=off\n');
  put('sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f', '');
  expect(await readLoader(root)).toBe('grub');
});

test('where a former initrd says nothing, systemd-boot is known by its variable', async () => {
  expect(await readLoader(root)).toBeNull();
  put('sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f', '');
  expect(await readLoader(root)).toBe('systemd-boot');
});
