import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { moveHomes } from '../../../../builder/tree/state/move-homes.ts';
import { type Host, makeHost } from '../../support/make-host.ts';

const utf8 = (name: string) => Buffer.from(name).toString('latin1');

/** A release with links in /var; null stands for a folder. */
async function release(links: Record<string, string | null>): Promise<Tree> {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  for (const [name, target] of Object.entries(links)) {
    if (target === null) putDirectory(tree, utf8(name));
    else putSymlink(tree, utf8(name), utf8(target));
  }
  putDirectory(tree, 'var');
  await moveHomes(tree);
  await emptyVar(tree);
  return tree;
}

describe.skipIf(process.getuid?.() !== 0)('links in /var, on a host (needs root)', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());
  const at = (path: string) => join(host.root, path);

  it('follow the image: led elsewhere, taken away, and made in the place of a folder that stayed empty', async () => {
    const names = ['var/lib/a b', 'var/lib/größe', 'var/lib/Á\u0081', 'var/lib/-\'"\\x41*$'];
    const all = (target: string) => Object.fromEntries(names.map((name) => [name, `${target}/${name}`]));
    await host.boot(await release({ ...all('/one'), 'var/lib/old': '/old', 'var/lib/later': null }));
    const second = await release({ ...all('/two'), 'var/lib/old': null, 'var/lib/later': '/later' });
    expect(await host.boot(second)).toBe('');
    expect(names.map((name) => readlinkSync(at(name)))).toEqual(names.map((name) => `/two/${name}`));
    expect(lstatSync(at('var/lib/old')).isDirectory()).toBe(true);
    expect(readlinkSync(at('var/lib/later'))).toBe('/later');
    expect(await host.boot(await release({}))).toBe('');
    expect(names.filter((name) => lstatSync(at(name), { throwIfNoEntry: false }))).toEqual([]);
  });

  it('go back with the image', async () => {
    const first = { 'var/lib/a': '/one', 'var/lib/b': '/b' };
    await host.boot(await release(first));
    await host.boot(await release({ 'var/lib/a': '/two', 'var/lib/c': '/c' }));
    await host.boot(await release(first));
    expect(readlinkSync(at('var/lib/a'))).toBe('/one');
    expect(readlinkSync(at('var/lib/b'))).toBe('/b');
    expect(lstatSync(at('var/lib/c'), { throwIfNoEntry: false })).toBe(undefined);
  });

  it('leave alone what the host owns: its links, files and folders', async () => {
    await host.boot(await release({ 'var/lib/a': '/one', 'var/lib/b': '/one', 'var/lib/c': '/one' }));
    for (const name of ['a', 'b', 'c']) rmSync(at(`var/lib/${name}`));
    symlinkSync('/mine', at('var/lib/a'));
    writeFileSync(at('var/lib/b'), 'mine');
    mkdirSync(at('var/lib/c'));
    writeFileSync(at('var/lib/c/file'), 'mine');
    await host.boot(await release({ 'var/lib/a': '/two', 'var/lib/b': '/two', 'var/lib/c': '/two' }));
    expect(readlinkSync(at('var/lib/a'))).toBe('/mine');
    expect(readFileSync(at('var/lib/b'), 'utf8')).toBe('mine');
    expect(readFileSync(at('var/lib/c/file'), 'utf8')).toBe('mine');
  });

  it('of programs go when the programs go', async () => {
    const tree = await release({});
    const opt: Tree = new Map();
    putDirectory(opt, 'var');
    putFile(opt, 'opt/app/run', 'x');
    await moveHomes(opt);
    await emptyVar(opt);
    await host.boot(opt);
    expect(readlinkSync(at('var/opt/app/run'))).toBe('/usr/lib/opt/app/run');
    await host.boot(tree);
    expect(lstatSync(at('var/opt/app/run'), { throwIfNoEntry: false })).toBe(undefined);
  });
});
