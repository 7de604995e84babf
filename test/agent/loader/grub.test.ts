import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLoader } from '../../../agent/loader/loader.ts';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import { packUki } from '../../../builder/boot-file/uki.ts';
import { grubConfigFile, grubEnvironmentFile } from '../../../protocol/boot/esp.ts';
import { decodeGrubEnvironment, encodeGrubEnvironment } from '../../../protocol/boot/grub-environment.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';

const roots = { a: 'a'.repeat(64), b: 'b'.repeat(64) };
const [a, b] = (['a', 'b'] as const).map((slot) => ({ slot, prefix: slot.repeat(16) }));
const imageOf = (slot: SlotName) =>
  packUki({
    stub: makeStub(),
    osRelease: '',
    cmdline: `interlock.roothash=${roots[slot]} quiet`,
    uname: '6',
    kernel: Buffer.from(`kernel ${slot}`),
    initrd: Buffer.alloc(9000, slot),
  });
const target = {
  version: '2.0',
  rootHash: roots.b,
  release: { name: 'core', boot: { sha256: createHash('sha256').update(imageOf('b')).digest('hex') } },
} as Target;
const running = { slot: 'a', rootHash: roots.a } as Running;

let esp: string;
let loader: ReturnType<typeof openLoader>;
beforeEach(async () => {
  esp = mkdtempSync(join(tmpdir(), 'esp-'));
  put('loader/loader.conf', 'timeout 0\neditor no\nauto-entries no\n');
  put(grubConfigFile, '');
  put(grubEnvironmentFile, encodeGrubEnvironment({ good: { generation: 1, image: a! }, trial: null }));
  put(`EFI/interlock/a-${a!.prefix}.efi`, imageOf('a'));
  const linux = `/EFI/interlock/a-${a!.prefix}.efi`;
  put('loader/entries/interlock-1.conf', `title core 1.0\nsort-key interlock\nversion 1\nlinux ${linux}\n`);
  loader = openLoader(esp);
  await loader.tidy(running);
});
afterEach(() => rmSync(esp, { recursive: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(join(esp, path, '..'), { recursive: true });
  writeFileSync(join(esp, path), content);
}
const environment = () => decodeGrubEnvironment(readFileSync(join(esp, grubEnvironmentFile)));
const setEnvironment = (text: Uint8Array) => writeFileSync(join(esp, grubEnvironmentFile), text);
const entries = () => readdirSync(join(esp, 'loader/entries')).toSorted();
const files = (slot: string) =>
  readdirSync(join(esp, 'EFI/interlock'))
    .filter((name) => name.startsWith(`${slot}-`))
    .toSorted();
const extracted = (slot: string, kind: string) =>
  readFileSync(join(esp, `EFI/interlock/${slot}-${slot.repeat(16)}.${kind}`));

async function writeB(): Promise<void> {
  put(`EFI/interlock/b-${b!.prefix}.efi`, imageOf('b'));
  await loader.extract('b', roots.b);
}

/** GRUB counted so many tries of the trial. */
function grubTries(count: number): void {
  const { good, trial } = environment()!;
  setEnvironment(encodeGrubEnvironment({ good, trial: { ...trial!, left: trial!.left - count } }));
}

test('a release’s way under both loaders, the block always in its place', async () => {
  const before = statSync(join(esp, grubEnvironmentFile));
  await writeB();
  expect(await loader.flip(target, running)).toBe(2);
  const good = { generation: 1, image: a };
  expect(environment()).toEqual({ good, trial: { generation: 2, image: b, left: 3 } });
  grubTries(1);
  await loader.tidy({ ...running, slot: 'b', rootHash: roots.b });
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-2+2-1.conf']);
  await loader.markGood(2);
  expect(environment()).toMatchObject({ good: { generation: 2, image: b }, trial: { left: 0 } });
  await loader.clear('a', 'c'.repeat(64));
  expect(environment()).toMatchObject({ good: { generation: 2, image: b } });
  expect(files('a')).toEqual([]);
  const after = statSync(join(esp, grubEnvironmentFile));
  expect([after.ino, after.size]).toEqual([before.ino, before.size]);
});

test('what GRUB loads is what the signed boot file has', async () => {
  await writeB();
  expect(extracted('b', 'linux').toString()).toBe('kernel b');
  expect(extracted('b', 'initrd').equals(Buffer.alloc(9000, 'b'))).toBe(true);
  expect(extracted('b', 'cfg').toString()).toContain(`interlock.roothash=${roots.b}`);
});

test('what was changed or lost beside a boot file is written again before the flip', async () => {
  await writeB();
  put(`EFI/interlock/b-${b!.prefix}.initrd`, Buffer.alloc(9000, 'x'));
  rmSync(join(esp, `EFI/interlock/b-${b!.prefix}.linux`));
  await loader.flip(target, running);
  expect(extracted('b', 'linux').toString()).toBe('kernel b');
  expect(extracted('b', 'initrd').equals(Buffer.alloc(9000, 'b'))).toBe(true);
});

test('a fall-back that GRUB made counts under systemd-boot too', async () => {
  await writeB();
  await loader.flip(target, running);
  grubTries(3);
  await loader.tidy(running);
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-2+0-3.conf']);
});

test('a fall-back that systemd-boot made counts under GRUB too', async () => {
  await writeB();
  await loader.flip(target, running);
  const entry = readFileSync(join(esp, 'loader/entries/interlock-2+3.conf'));
  rmSync(join(esp, 'loader/entries/interlock-2+3.conf'));
  put('loader/entries/interlock-2+0-3.conf', entry);
  await loader.tidy(running);
  expect(environment()).toMatchObject({ good: { generation: 1 }, trial: { left: 0 } });
});

test('a bad release is bad under both, and a flip taken back is taken from both', async () => {
  await writeB();
  await loader.unflip(await loader.flip(target, running));
  expect(environment()!.trial).toBeNull();
  const generation = await loader.flip(target, running);
  expect(generation).toBe(3);
  await loader.markBad(generation);
  expect(environment()).toMatchObject({ trial: { generation: 3, left: 0 } });
  expect(entries()).toEqual(['interlock-1.conf', 'interlock-3+0.conf']);
});

describe('the block is made anew, with what the entries say,', () => {
  test.each([
    ['when it is unreadable', () => setEnvironment(Buffer.alloc(1024))],
    ['when it is too short', () => setEnvironment(Buffer.alloc(100))],
    ['when it is gone', () => rmSync(join(esp, grubEnvironmentFile))],
  ])('%s', async (_, damage) => {
    await writeB();
    await loader.flip(target, running);
    damage();
    await loader.tidy(running);
    const trial = { generation: 2, image: b, left: 3 };
    expect(environment()).toEqual({ good: { generation: 1, image: a }, trial });
    expect(statSync(join(esp, grubEnvironmentFile)).size).toBe(1024);
  });
});

test('room is counted for what is taken out of a boot file', async () => {
  const size = imageOf('a').length;
  expect(await loader.sizeOf(size)).toBe(2 * size);
  const own = files('a').map((name) => statSync(join(esp, 'EFI/interlock', name)).size);
  expect(await loader.held('a')).toBe(own.reduce((sum, one) => sum + one, 0));
  expect(files('a')).toHaveLength(4);
});

test('a disk without GRUB gets nothing of this', async () => {
  rmSync(join(esp, 'interlock'), { recursive: true });
  put(`EFI/interlock/b-${b!.prefix}.efi`, imageOf('b'));
  await loader.extract('b', roots.b);
  await loader.flip(target, running);
  await loader.tidy(running);
  expect(files('b')).toEqual([`b-${b!.prefix}.efi`]);
  expect(await loader.sizeOf(1000)).toBe(1000);
  expect(readdirSync(esp)).not.toContain('interlock');
});
