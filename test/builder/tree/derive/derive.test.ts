import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildHostArch } from '../../../../builder/build-host/build-host-arch.ts';
import type { Reporter } from '../../../../builder/build-host/reporter.ts';
import { changedPaths } from '../../../../builder/tree/derive/changed-paths.ts';
import { deriveData } from '../../../../builder/tree/derive/derive-data.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';

let work: string;
let packages: Tree;
let said: string[];
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'derive-'));
  vi.stubEnv('INTERLOCK_CACHE', join(work, 'cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(work, { recursive: true });
});
beforeEach(() => {
  packages = withShell();
  said = [];
});

const report: Reporter = Object.assign(() => ({ at() {}, end: (note = '') => void said.push(note) }), {
  warn: (line: string) => said.push(`warning: ${line}`),
});
const derive = async (tree: Tree, overlaid: string[] = []) => {
  const lock = { arch: buildHostArch(), date: '2026-04-01T10:00:00Z' };
  await deriveData(tree, { packages, key: 'a key', overlaid: new Set(overlaid), lock }, report);
  return tree;
};
const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();

/** The machine's busybox with what it is linked to, and stand-ins for programs that make data. */
function withShell(): Tree {
  const call = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' }).stdout;
  const busybox = call('sh', '-c', 'command -v busybox').trim();
  const tree: Tree = new Map();
  for (const folder of ['', 'proc', 'sys', 'dev', 'tmp', 'run', 'etc']) putDirectory(tree, folder);
  putFile(tree, 'usr/bin/busybox', readFileSync(busybox), 0o755);
  putSymlink(tree, 'bin', 'usr/bin');
  for (const name of ['sh', 'cat', 'ls', 'ln', 'rm', 'echo']) putSymlink(tree, `usr/bin/${name}`, 'busybox');
  for (const library of call('ldd', busybox).match(/\/\S+(?= \()/g) ?? []) {
    putFile(tree, library.slice(1), readFileSync(library), 0o755);
  }
  const program = (path: string, commands: string) =>
    putFile(tree, path, `#!/bin/sh -eu\n${commands}\n`, 0o755);
  program(
    'usr/sbin/ldconfig',
    'cat /etc/ld.so.conf.d/* > /etc/ld.so.cache; echo x > /etc/trace; ln -s libapp.so.1.2 /usr/lib/app/libapp.so.1',
  );
  program(
    'usr/sbin/update-ca-certificates',
    'rm -f /etc/ssl/certs/*; cat /usr/local/share/ca-certificates/* > /etc/ssl/certs/ca-certificates.crt',
  );
  putFile(tree, 'etc/ld.so.conf.d/libc.conf', '/usr/lib\n');
  putFile(tree, 'etc/ld.so.cache', '/usr/lib\n');
  putFile(tree, 'etc/ssl/certs/old.pem', 'old');
  return tree;
}

describe('deriveData', () => {
  it('starts nothing where no input changed', async () => {
    const tree = new Map(packages);
    putFile(tree, 'etc/app.conf', 'x');
    putFile(tree, 'etc/ld.so.conf.d/libc.conf', '/usr/lib\n');
    await derive(tree);
    expect(said).toEqual([]);
    expect([...tree.keys()].length).toBe(packages.size + 1);
  });

  it('takes what the programs make and nothing else', async () => {
    const tree = new Map(packages);
    putFile(tree, 'etc/ld.so.conf.d/app.conf', '/usr/lib/app\n');
    putFile(tree, 'usr/lib/app/libapp.so.1.2', 'x');
    putFile(tree, 'usr/local/share/ca-certificates/corp.crt', 'corp\n');
    await derive(tree);
    expect(said).toEqual(['ld.so.cache, CA certificates']);
    expect(await text(tree, 'etc/ld.so.cache')).toBe('/usr/lib/app\n/usr/lib\n');
    expect(tree.get('usr/lib/app/libapp.so.1')).toMatchObject({ type: 'symlink', linkname: 'libapp.so.1.2' });
    expect(await text(tree, 'etc/ssl/certs/ca-certificates.crt')).toBe('corp\n');
    expect([tree.has('etc/ssl/certs/old.pem'), tree.has('etc/trace')]).toEqual([false, false]);
    expect(tree.get('usr/bin/busybox')?.body).toBe(packages.get('usr/bin/busybox')?.body);
  });

  it('leaves what an overlay brings itself', async () => {
    const tree = new Map(packages);
    putFile(tree, 'etc/ld.so.conf.d/app.conf', '/usr/lib/app\n');
    putFile(tree, 'usr/lib/app/libapp.so.1.2', 'x');
    putFile(tree, 'etc/ld.so.cache', 'mine');
    await derive(tree, ['etc/ld.so.cache']);
    expect(await text(tree, 'etc/ld.so.cache')).toBe('mine');
  });

  it('names the package that is missing', async () => {
    const tree = new Map(packages);
    tree.delete('usr/sbin/update-ca-certificates');
    packages.delete('usr/sbin/update-ca-certificates');
    putFile(tree, 'usr/local/share/ca-certificates/corp.crt', 'corp\n');
    await derive(tree);
    expect(said).toEqual([
      'warning: CA certificates: nothing in the image makes them of /usr/local/share/ca-certificates/corp.crt; that is the package ca-certificates',
    ]);
  });
});

describe('changedPaths', () => {
  it('sees contents, targets and what came or went, not owners and copies', async () => {
    const before: Tree = new Map();
    putFile(before, 'same', 'x');
    putFile(before, 'other', 'x');
    putFile(before, 'gone', 'x');
    putSymlink(before, 'link', 'a');
    const after: Tree = new Map();
    putFile(after, 'same', Buffer.from('x'), 0o600);
    putFile(after, 'other', 'y');
    putFile(after, 'new', 'x');
    putSymlink(after, 'link', 'b');
    const changes = await changedPaths(before, after, () => true);
    expect([...changes.keys()].sort()).toEqual(['gone', 'link', 'new', 'other']);
    expect(changes.get('link')).toBe('symlink b');
  });
});
