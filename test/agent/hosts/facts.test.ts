import { expect, test } from 'vitest';
import { parseOsRelease } from '../../../agent/hosts/os-release.ts';
import { rootHashOfTable } from '../../../agent/hosts/root-hash.ts';
import { rootHashOf } from '../../../protocol/boot/kernel-parameters.ts';

const hash = '0123456789abcdef'.repeat(4);

test('os-release is read with its shell quoting', () => {
  const text = `# image\nIMAGE_ID=core\nIMAGE_VERSION="2026.11~rc1"\nPRETTY_NAME='Inter "lock"'\nODD="a\\"b"\nbroken\n`;
  expect(Object.fromEntries(parseOsRelease(text))).toEqual({
    IMAGE_ID: 'core',
    IMAGE_VERSION: '2026.11~rc1',
    PRETTY_NAME: 'Inter "lock"',
    ODD: 'a"b',
  });
});

test('the root hash in force is the table’s, or the command line’s', () => {
  const salt = 'f'.repeat(64);
  const table = `0 1048576 verity 1 254:2 254:3 4096 4096 131072 1 sha256 ${hash} ${salt} 1 panic_on_corruption\n`;
  expect(rootHashOfTable(table)).toBe(hash);
  expect(rootHashOfTable('0 1048576 linear 254:2 0')).toBeUndefined();
  expect(rootHashOf(`quiet interlock.roothash=${hash} panic=1\n`)).toBe(hash);
  expect(rootHashOf(`xinterlock.roothash=${hash}`)).toBeUndefined();
  expect(rootHashOf(`interlock.roothash=${hash}0`)).toBeUndefined();
});
