import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkEmulation } from '../../../../builder/tree/sandbox/emulation.ts';
import { intoNamespaces, sandboxMode } from '../../../../builder/tree/sandbox/sandbox-mode.ts';
import { run } from '../../../../system/process/run.ts';

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
const check = () => checkEmulation('arm64', { register, formats: register, machine: 'x86-64' });

it('asks nothing of a machine that builds for itself', async () => {
  await expect(
    checkEmulation('arm64', { register: '/nonexistent', machine: 'arm64' }),
  ).resolves.toBeUndefined();
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
    details: {
      problem: expect.stringMatching(new RegExp(`^qemu-user-static is not installed, and .*${problem}`)),
    },
    remedy: expect.stringContaining('apt-get install qemu-user-static'),
  });
});

/** Linux 6.7 gave user namespaces a register. */
const hasOwn = Number(release().split('.')[0]) > 6 || /^6\.([7-9]|\d\d)/.test(release());

it.runIf(hasOwn)('runs a foreign format in the sandbox, and this machine learns nothing of it', async () => {
  const format = 'interlock-test';
  const inside = [
    'cd "$1" && mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc',
    `echo ':${format}:M::ILTEST::/bin/cat:' > /proc/sys/fs/binfmt_misc/register`,
    `printf 'ILTEST runs' > program && chmod 755 program && ./program && id -u`,
  ].join(' && ');
  for (const mode of new Set([
    await sandboxMode(),
    ...(process.getuid?.() === 0 ? (['root'] as const) : []),
  ])) {
    const [tool = '', ...args] = intoNamespaces(mode, true);
    const program = ['/bin/sh', '-c', inside, 'sh', register];
    await chmod(register, 0o777);
    expect(await run(tool, [...args, ...program])).toBe('ILTEST runs0\n');
    await rm(join(register, 'program'));
    expect(existsSync(`/proc/sys/fs/binfmt_misc/${format}`)).toBe(false);
  }
});
