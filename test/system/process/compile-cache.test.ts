import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const interlock = join(import.meta.dirname, '../../../bin/interlock');
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'compile-cache-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function start(env: NodeJS.ProcessEnv = { XDG_CACHE_HOME: home }): Promise<string> {
  const { NODE_COMPILE_CACHE: _, HOME: __, ...others } = process.env;
  return (await promisify(execFile)(interlock, ['--version'], { env: { ...others, ...env } })).stdout;
}

test('what is compiled is kept in a folder of the caller’s own', async () => {
  const folder = join(home, 'interlock/compiled');
  await start();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).not.toEqual([]);
});

test('a folder that others could write to is not used', async () => {
  const folder = join(home, 'interlock/compiled');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  expect(await start()).toMatch(/^interlock \d/);
  expect(await readdir(folder)).toEqual([]);
});

test.each([{}, { HOME: '/nonexistent' }, { XDG_CACHE_HOME: 'relative' }])(
  'without a place it starts too, and makes none: %o',
  async (env) => {
    expect(await start(env)).toMatch(/^interlock \d/);
    expect(existsSync('/nonexistent')).toBe(false);
  },
);
