import { expect, test } from 'vitest';
import { createPowerCutEsp } from '../../support/host/power-cut-esp.ts';
import { bootOnce } from '../../support/host/systemd-boot.ts';

const prefixes = { a: 'a'.repeat(16), b: 'b'.repeat(16) };

/** An ESP with these entries, each naming a slot whose image is there unless told otherwise. */
function espOf(entries: Record<string, 'a' | 'b'>, images: readonly ('a' | 'b')[] = ['a', 'b']) {
  const files: Record<string, string> = {};
  for (const slot of images) files[`EFI/interlock/${slot}-${prefixes[slot]}.efi`] = 'kernel';
  for (const [file, slot] of Object.entries(entries)) {
    const generation = /\d+/.exec(file)![0];
    files[`loader/entries/${file}`] =
      `title core\nsort-key interlock\nversion ${generation}\nlinux /EFI/interlock/${slot}-${prefixes[slot]}.efi\n`;
  }
  return createPowerCutEsp(files);
}

// Every row was booted on systemd-boot 257 in QEMU with OVMF.
test.each([
  ['numeric order', { 'interlock-9.conf': 'a', 'interlock-10+3.conf': 'b' }, 'interlock-10+2-1.conf'],
  ['a spent entry comes last', { 'interlock-1.conf': 'a', 'interlock-2+0-3.conf': 'b' }, 'interlock-1.conf'],
  [
    'a newer generation of the old slot',
    { 'interlock-2.conf': 'b', 'interlock-3+3.conf': 'a' },
    'interlock-3+2-1.conf',
  ],
  [
    'both bad: the highest for ever',
    { 'interlock-1+0-3.conf': 'a', 'interlock-2+0-3.conf': 'b' },
    'interlock-2+0-4.conf',
  ],
  [
    'two files of one generation: frozen',
    { 'interlock-2+3.conf': 'b', 'interlock-2+2-1.conf': 'b' },
    'interlock-2+3.conf',
  ],
] as const)('%s', async (_, entries, booted) => {
  const esp = espOf(entries);
  expect((await bootOnce(esp, esp.rename))?.entry.file).toBe(booted);
});

test('an entry whose image is missing is skipped and its counter stays', async () => {
  const esp = espOf({ 'interlock-1.conf': 'a', 'interlock-2+3.conf': 'b' }, ['a']);
  expect((await bootOnce(esp, esp.rename))?.entry.file).toBe('interlock-1.conf');
  expect(await esp.list('loader/entries')).toContain('interlock-2+3.conf');
});

test('three tries, then the old slot', async () => {
  const esp = espOf({ 'interlock-1.conf': 'a', 'interlock-2+3.conf': 'b' });
  const booted: string[] = [];
  for (let boot = 0; boot < 5; boot++) booted.push((await bootOnce(esp, esp.rename))!.entry.file);
  expect(booted).toEqual([
    'interlock-2+2-1.conf',
    'interlock-2+1-2.conf',
    'interlock-2+0-3.conf',
    'interlock-1.conf',
    'interlock-1.conf',
  ]);
});
