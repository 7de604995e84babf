import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLoader } from '../../../agent/loader/loader.ts';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';

const roots = { a: 'a'.repeat(64), b: 'b'.repeat(64) };
const kernel = 'kernel image';
const boot = createHash('sha256').update(kernel).digest('hex');
const target = {
  version: '2.0',
  rootHash: roots.b,
  release: { name: 'core', boot: { sha256: boot, size: kernel.length } },
} as Target;
const running = { slot: 'a', rootHash: roots.a } as Running;

let esp: string;
let loader: ReturnType<typeof openLoader>;
beforeEach(() => {
  esp = mkdtempSync(join(tmpdir(), 'esp-'));
  for (const folder of ['loader/entries', 'EFI/interlock', 'efivars'])
    mkdirSync(join(esp, folder), { recursive: true });
  writeFileSync(join(esp, 'loader/loader.conf'), 'timeout 0\neditor no\nauto-entries no\n');
  writeImage('a');
  writeEntry('interlock-1.conf', 'a');
  loader = openLoader(esp, { efivars: join(esp, 'efivars') });
});
afterEach(() => rmSync(esp, { recursive: true }));

function writeImage(slot: SlotName): void {
  writeFileSync(join(esp, `EFI/interlock/${slot}-${roots[slot].slice(0, 16)}.efi`), kernel);
}
function writeEntry(file: string, slot: SlotName): void {
  const version = /\d+/.exec(file)![0];
  const image = `${slot}-${roots[slot].slice(0, 16)}.efi`;
  const text = `title core 1.0\nsort-key interlock\nversion ${version}\nlinux /EFI/interlock/${image}\n`;
  writeFileSync(join(esp, 'loader/entries', file), text);
}
const entries = () => readdirSync(join(esp, 'loader/entries')).toSorted();

test('a release’s way: flipped with three tries, marked good without a counter, the old one stays behind it', async () => {
  writeImage('b');
  expect(await loader.flip(target, running)).toBe(2);
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-2+3.conf']);
  expect(readFileSync(join(esp, 'loader/entries/interlock-2+3.conf'), 'utf8')).toContain('title core 2.0\n');
  await loader.markGood(2);
  expect(await loader.entries()).toMatchObject([
    { generation: 2, slot: 'b', rootHashPrefix: roots.b.slice(0, 16), triesLeft: null },
    { generation: 1, slot: 'a', triesLeft: null },
  ]);
});

test('a generation is never used twice, not even after it was taken back', async () => {
  writeImage('b');
  await loader.unflip(await loader.flip(target, running));
  expect(entries()).toEqual(['interlock-1.conf']);
  expect(await loader.flip(target, running)).toBe(3);
});

test('a flip that nobody recorded is taken back, and nothing else', async () => {
  writeImage('b');
  await loader.flip(target, running);
  await loader.unflip('any');
  expect(entries()).toEqual(['interlock-1.conf']);
  writeEntry('interlock-5+1-2.conf', 'b');
  await loader.unflip('any');
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-5+1-2.conf']);
});

test('a bad entry comes last, whatever its counter said', async () => {
  writeImage('b');
  const generation = await loader.flip(target, running);
  await loader.markBad(generation);
  expect((await loader.entries()).map((entry) => [entry.generation, entry.triesLeft])).toEqual([
    [1, null],
    [2, 0],
  ]);
});

test('the operator’s way back is a new generation of the other slot', async () => {
  writeImage('b');
  await loader.tidy(running);
  await loader.markGood(await loader.flip(target, running));
  const now = { slot: 'b', rootHash: roots.b } as Running;
  expect(await loader.flipBack(now)).toBe(3);
  expect((await loader.entries())[0]).toMatchObject({
    generation: 3,
    slot: 'a',
    title: 'core 1.0',
    triesLeft: 3,
  });
  await loader.markGood(3);
  expect(entries()).toEqual(['interlock-2.conf', 'interlock-3.conf']);
});

test('a slot that was never marked good is no way back', async () => {
  writeImage('b');
  await expect(loader.flipBack(running)).rejects.toMatchObject({ code: 'loader_unsafe' });
});

test('a confirmed entry that vanished is written again', async () => {
  await loader.tidy(running);
  rmSync(join(esp, 'loader/entries/interlock-1.conf'));
  await loader.tidy(running);
  expect(await loader.entries()).toMatchObject([
    { generation: 1, slot: 'a', title: 'core 1.0', triesLeft: null },
  ]);
});

test('tidy drops torn entries, entries without an image, and the twin with more tries', async () => {
  writeImage('b');
  writeEntry('interlock-2+3.conf', 'b');
  writeEntry('interlock-2+2-1.conf', 'b');
  writeFileSync(join(esp, 'loader/entries/interlock-3+3.conf'), '\0'.repeat(90));
  writeFileSync(join(esp, 'loader/entries/interlock-4+3.conf.tmp'), '');
  await loader.tidy(running);
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-2+2-1.conf']);
  rmSync(join(esp, `EFI/interlock/b-${roots.b.slice(0, 16)}.efi`));
  await loader.tidy(running);
  expect(entries()).toEqual(['interlock-1.conf']);
});

test('tidy sweeps what fsck saved of cut writes, and nothing else', async () => {
  for (const file of ['FSCK0000.REC', 'FSCK0001.REC', 'startup.nsh']) writeFileSync(join(esp, file), '');
  await loader.tidy(running);
  expect(readdirSync(esp).toSorted()).toEqual(['EFI', 'efivars', 'loader', 'startup.nsh']);
});

describe('a flip is refused, and the pointer stays,', () => {
  const refused = async () => {
    const before = entries();
    await expect(loader.flip(target, running)).rejects.toMatchObject({ code: 'loader_unsafe' });
    expect(entries()).toEqual(before);
  };
  test('when the kernel image is missing', refused);
  test('when the kernel image is another', async () => {
    writeFileSync(join(esp, `EFI/interlock/b-${roots.b.slice(0, 16)}.efi`), 'kernel imagf');
    await refused();
  });
  test('when no entry leads back', async () => {
    writeImage('b');
    rmSync(join(esp, 'loader/entries/interlock-1.conf'));
    await refused();
  });
  test('when the running entry is still on trial and another one is bootable', async () => {
    writeImage('b');
    writeEntry('interlock-2+3.conf', 'b');
    rmSync(join(esp, 'loader/entries/interlock-1.conf'));
    writeEntry('interlock-1+2-1.conf', 'a');
    writeEntry('interlock-3+2-1.conf', 'a');
    await refused();
  });
  test.each([
    ['timeout', 'timeout 5\neditor no\nauto-entries no\n'],
    ['editor', 'timeout 0\neditor yes\nauto-entries no\n'],
    ['auto-entries', 'timeout 0\neditor no\n'],
    ['a default', 'timeout 0\neditor no\nauto-entries no\ndefault interlock-1.conf\n'],
  ])('when loader.conf sets %s', async (_, text) => {
    writeImage('b');
    writeFileSync(join(esp, 'loader/loader.conf'), text);
    await refused();
  });
  test('when an EFI variable names the entry to boot', async () => {
    writeImage('b');
    writeFileSync(join(esp, 'efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'), '');
    await refused();
  });
});

test('the only bootable entry is never taken away', async () => {
  await expect(loader.unflip(1)).rejects.toMatchObject({ code: 'loader_unsafe' });
  expect(entries()).toEqual(['interlock-1.conf']);
});
