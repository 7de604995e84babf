import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkEmulation } from '../../../../builder/tree/sandbox/emulation.ts';

let register: string;
beforeEach(async () => {
  register = await mkdtemp(join(tmpdir(), 'binfmt-'));
});
afterEach(() => rm(register, { recursive: true }));

/** As /proc/sys/fs/binfmt_misc shows what qemu-user-static registers. */
const entry = (flags: string, state = 'enabled') =>
  [
    state,
    'interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P',
    `flags: ${flags}`,
    'offset 0',
    'magic 7f454c460201010000000000000000000200b700',
    'mask ffffffffffffff00fffffffffffffffffeffffff',
    '',
  ].join('\n');
const check = () => checkEmulation('arm64', register, 'x86-64');

it('asks nothing of a machine that builds for itself', async () => {
  await expect(checkEmulation('arm64', '/nonexistent', 'arm64')).resolves.toBeUndefined();
});

it('finds an interpreter that works inside a chroot', async () => {
  await writeFile(join(register, 'register'), '');
  await writeFile(join(register, 'qemu-aarch64'), entry('POF'));
  await expect(check()).resolves.toBeUndefined();
});

it.each([
  ['is not mounted', undefined, false],
  ['no interpreter is registered', undefined, true],
  ['no interpreter is registered', entry('F', 'disabled'), true],
  ['no interpreter is registered', entry('F').replace('b700', 'f300'), true],
  ['flag F', entry('PO'), true],
])('says why not, and what to install: %s', async (problem, text, isMounted) => {
  if (isMounted) await writeFile(join(register, 'register'), '');
  if (text) await writeFile(join(register, 'qemu'), text);
  await expect(check()).rejects.toMatchObject({
    code: 'emulation_missing',
    details: { problem: expect.stringContaining(problem) },
    remedy: expect.stringContaining('apt-get install qemu-user-static'),
  });
});
