import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PackagesLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { runScripts, scriptsKey } from '../../../../builder/tree/scripts/run-scripts.ts';

const lock: PackagesLock = {
  format: 1,
  suite: 'trixie',
  arch: process.arch === 'arm64' ? 'arm64' : 'x86-64',
  date: '2026-04-01T10:00:00Z',
  packages: [],
};
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'scripts-'));
  vi.stubEnv('INTERLOCK_CACHE', join(work, 'cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(work, { recursive: true });
});

const print = (...command: [string, ...string[]]) =>
  execFileSync(command[0], command.slice(1), { encoding: 'utf8' }).trim();

/** A tree that has a shell: the machine's busybox with what it is linked to. */
function withShell(): Tree {
  const busybox = print('sh', '-c', 'command -v busybox');
  const tree: Tree = new Map();
  for (const folder of ['', 'proc', 'sys', 'dev', 'tmp', 'run', 'etc', 'bin']) putDirectory(tree, folder);
  putFile(tree, 'bin/busybox', readFileSync(busybox), 0o755);
  const libraries = spawnSync('ldd', [busybox], { encoding: 'utf8' }).stdout.match(/\/\S+(?= \()/g) ?? [];
  for (const library of libraries) putFile(tree, library.slice(1), readFileSync(library), 0o755);
  for (const name of ['sh', 'env', 'id', 'ls', 'cat', 'ln', 'chown', 'mkdir', 'sort']) {
    putSymlink(tree, `bin/${name}`, 'busybox');
  }
  putFile(tree, 'etc/mine', 'kept');
  tree.set('etc/mine', { ...tree.get('etc/mine')!, uid: 1000, gid: 33 });
  return tree;
}

async function runHere(...scripts: string[]): Promise<Tree> {
  const files = await Promise.all(
    scripts.map(async (text, index) => {
      const file = join(work, `step-${index}`);
      await writeFile(file, `#!/bin/sh -eu\n${text}\n`);
      return file;
    }),
  );
  return runScripts(withShell(), await scriptsKey('base', [], files, lock.date), files, lock);
}

const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();

it('runs them in order, as root of the tree, alone and with a clean environment', async () => {
  process.env.INTERLOCK_SECRET = 'x';
  const tree = await runHere(
    'id -u > /etc/uid; env | sort > /etc/env; ls /sys/class/net /proc/self > /dev/null || true; cat /proc/net/dev > /etc/net',
    'mkdir -p /usr/share; ln /etc/uid /usr/share/uid; chown 7:8 /etc/env; ls / > /etc/names',
  );
  delete process.env.INTERLOCK_SECRET;
  expect(await text(tree, 'etc/uid')).toBe('0\n');
  expect(await text(tree, 'etc/env')).toMatch(
    /^HOME=\/root\nLC_ALL=C\.UTF-8\nPATH=.*\n(PWD=\/\nSHLVL=1\n)?SOURCE_DATE_EPOCH=1775037600\nTZ=UTC\n/,
  );
  expect(await text(tree, 'etc/env')).not.toContain('INTERLOCK');
  expect((await text(tree, 'etc/net')).match(/^ *\w+:/gm)).toEqual(['    lo:']);
  expect(await text(tree, 'etc/names')).toMatch(
    /^bin\ndev\netc\n(lib\n)?(lib64\n)?proc\nrun\nsys\ntmp\nusr\n$/,
  );
  expect(tree.get('usr/share/uid')!.body).toBe(tree.get('etc/uid')!.body);
  expect(tree.get('etc/env')).toMatchObject({ uid: 7, gid: 8 });
  expect(tree.get('etc/mine')).toMatchObject({ uid: 1000, gid: 33 });
  expect([...tree.keys()].filter((path) => /^(dev|run|tmp|proc)\//.test(path))).toEqual([]);
});

it('takes the tree from the cache when the same scripts ran before', async () => {
  const before = await readdir(join(work, 'cache/trees'));
  const tree = await runHere('echo one > /etc/one');
  const again = await runHere('echo one > /etc/one');
  expect(await text(again, 'etc/one')).toBe('one\n');
  expect([...again.keys()]).toEqual([...tree.keys()]);
  expect(await readdir(join(work, 'cache/trees'))).toHaveLength(before.length + 1);
});

it('says which script failed, with its last words, and keeps nothing', async () => {
  const before = await readdir(join(work, 'cache/trees'));
  await expect(runHere('true', 'echo no such thing >&2; exit 3')).rejects.toMatchObject({
    code: 'tool_failed',
    details: { tool: 'script step-1', status: '3', output: 'no such thing' },
  });
  expect(await readdir(join(work, 'cache/trees'))).toEqual(before);
});
