import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { type Entry, readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { follow } from '../../../../builder/tree/entries/follow.ts';
import { idleGlobs, matchPaths } from '../../../../builder/tree/entries/match-paths.ts';
import { readTree } from '../../../../builder/tree/entries/read-tree.ts';
import { walk } from '../../../../builder/tree/entries/walk.ts';
import { writeTree } from '../../../../builder/tree/entries/write-tree.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tree-'));
});
afterEach(() => rm(dir, { recursive: true }));

const bytes = (text: string) => Buffer.from(text).toString('latin1');

async function roundTrip(tree: Tree): Promise<Tree> {
  const tar = join(dir, 'a.tar');
  await writeFile(tar, writeTree(tree, 1_000_000_000));
  return readTree(createReadStream(tar), join(dir, 'spool'));
}

async function plain(tree: Tree): Promise<unknown[]> {
  const entries = [...tree.values()].map(async ({ body, ...rest }) => {
    return { ...rest, content: (await readBody(body)).toString('hex') };
  });
  return Promise.all(entries);
}

describe('writeTree and readTree', () => {
  it('keep every byte of names, links, attributes, owners and contents', async () => {
    const tree: Tree = new Map();
    putDirectory(tree, '');
    const latin1 = (text: string) => Buffer.from(text).toString('latin1');
    const long = `long/${'x'.repeat(255)}/${'y'.repeat(200)}`;
    putFile(tree, long, 'deep');
    putFile(tree, latin1('grüße/日本'), 'names');
    putSymlink(tree, 'link', `${'/very'.repeat(60)}/far`);
    putFile(tree, 'usr/bin/ping', Buffer.alloc(3_000_001, 7), 0o4755);
    putFile(tree, 'none', 'secret', 0);
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const owned: Entry = { ...tree.get('usr/bin/ping')!, path: 'owned', uid: 4_000_000_000, gid: 262_144 };
    tree.set('owned', { ...owned, body: { size: 1, source: Buffer.from('x') } });
    tree.set('owned', { ...tree.get('owned')!, xattrs: new Map([['security.capability', every]]) });
    const nothing = { size: 0, source: Buffer.alloc(0) };
    const device = { path: 'dev', type: 'character-device', major: 5, minor: 1, body: nothing } as const;
    tree.set('dev', { ...tree.get('none')!, ...device });

    const read = await roundTrip(tree);
    const sorted = new Map([...walk(tree)].map((entry) => [entry.path, entry]));
    expect(await plain(read)).toEqual(await plain(sorted));
    expect(read.get('owned')?.xattrs.get('security.capability')).toEqual(every);
  });

  it('keep hard links, the first in walk order carrying the content', async () => {
    const tree: Tree = new Map();
    putFile(tree, 'z/original', 'same');
    tree.set('a', { ...tree.get('z/original')!, path: 'a' });
    putFile(tree, 'other', 'same');
    const read = await roundTrip(tree);
    expect(read.get('a')?.body).toBe(read.get('z/original')?.body);
    expect(read.get('other')?.body).not.toBe(read.get('a')?.body);
    const list = execFileSync('tar', ['tvf', join(dir, 'a.tar')], { encoding: 'utf8' });
    expect(list).toMatch(/^h.* z\/original link to a$/m);
  });

  it('give GNU tar what it gave us', async () => {
    const tree: Tree = new Map();
    for (const name of ['b/c', 'b.d', 'a/x', 'a-b']) putFile(tree, name, name);
    await roundTrip(tree);
    const out = execFileSync('tar', ['xvf', join(dir, 'a.tar'), '-C', dir], { encoding: 'utf8' });
    expect(out.split('\n').filter(Boolean)).toEqual(['./', 'a/', 'a/x', 'a-b', 'b/', 'b/c', 'b.d']);
    expect(await readFile(join(dir, 'b/c'), 'utf8')).toBe('b/c');
  });

  it('keep an entry’s own time, and let none be later than the tree’s', async () => {
    const tree: Tree = new Map();
    const [before, after] = [
      { seconds: -2, nanoseconds: 1 },
      { seconds: 2_000_000_000, nanoseconds: 0 },
    ];
    for (const [path, mtime] of Object.entries({ before, after })) {
      putFile(tree, path, path);
      tree.set(path, { ...tree.get(path)!, mtime });
    }
    const tar = join(dir, 'times.tar');
    await writeFile(tar, writeTree(tree, 1_000_000_000));
    const read = await readTree(createReadStream(tar), join(dir, 'spool'), { keepTimes: true });
    expect(read.get('before')?.mtime).toEqual(before);
    expect(read.get('after')?.mtime).toEqual({ seconds: 1_000_000_000, nanoseconds: 0 });
  });

  it('refuse a hard link to nothing', async () => {
    await writeFile(join(dir, 'one'), 'x');
    execFileSync('ln', [join(dir, 'one'), join(dir, 'two')]);
    execFileSync('tar', ['cf', 'a.tar', 'one', 'two'], { cwd: dir });
    execFileSync('tar', ['--delete', '--file', 'a.tar', 'one'], { cwd: dir });
    const reading = readTree(createReadStream(join(dir, 'a.tar')), join(dir, 'spool'));
    await expect(reading).rejects.toMatchObject({ code: 'bad_input', details: { what: 'two' } });
  });
});

describe('walk', () => {
  it('visits each folder before its content, names in byte order, whatever the order of insertion', () => {
    const name = fc.constantFrom('a', 'b', 'a-b', 'a.b', 'ab', 'ÿ', 'B');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const make = (list: string[]) => {
          const tree: Tree = new Map();
          putDirectory(tree, '');
          for (const item of list) putDirectory(tree, item);
          return [...walk(tree)].map((entry) => entry.path);
        };
        const order = make(paths);
        expect(make(paths.toReversed())).toEqual(order);
        const names = (item: string) =>
          item.split('/').map((part) => Buffer.from(part, 'latin1').toString('hex'));
        // hex of whole names, joined by a character below every digit, sorts as the walk does
        const keys = order.map((item) => (item === '' ? '' : names(item).join(' ')));
        expect(keys).toEqual(keys.toSorted());
      }),
    );
  });
});

describe('change', () => {
  it('refuses a file below a link or instead of a folder', () => {
    const tree: Tree = new Map();
    putSymlink(tree, 'bin', 'usr/bin');
    putDirectory(tree, 'etc');
    expect(() => putFile(tree, 'bin/sh', '')).toThrow(/bin is a symlink/);
    expect(() => putFile(tree, 'etc', '')).toThrow(/etc is a directory/);
  });
});

describe('follow', () => {
  it('resolves links inside the tree and gives up on a circle', () => {
    const tree: Tree = new Map();
    putFile(tree, 'usr/lib/x/y.so.1', 'y');
    putSymlink(tree, 'lib', 'usr/lib');
    putSymlink(tree, 'usr/lib/x/y.so', '../../../lib/x/y.so.1');
    putSymlink(tree, 'abs', '/lib/x/y.so');
    putSymlink(tree, 'round', 'round');
    expect(follow(tree, 'abs')?.path).toBe('usr/lib/x/y.so.1');
    expect(follow(tree, 'round')).toBeUndefined();
    expect(follow(tree, 'usr/none')).toBeUndefined();
  });
});

describe('matchPaths', () => {
  it.each([
    ['/usr/share/man/*', 'usr/share/man/man1/ls.1', true],
    ['/usr/share/man/*', 'usr/share/man', false],
    ['**/__pycache__', 'usr/lib/python3/__pycache__/a.pyc', true],
    ['/usr/lib/*-linux-gnu/gconv', 'usr/lib/x86_64-linux-gnu/gconv/UTF-16.so', true],
    ['/usr/lib/*-linux-gnu/gconv', 'usr/lib/x86_64-linux-gnu/gconv.d', false],
    ['/usr/bin/{perl,dpkg*}', 'usr/bin/dpkg-deb', true],
    ['/usr/bin/{perl,dpkg*}', 'usr/bin/perl5', false],
    ['/etc/[ab]?.conf', 'etc/bx.conf', true],
    ['/etc/a.conf', 'etc/aXconf', false],
    ['/usr/share/gr?n', bytes('usr/share/grün'), true],
    ['/usr/share/gr??n', bytes('usr/share/grün'), false],
    ['/usr/share/[äß]x', bytes('usr/share/ßx'), true],
    ['/usr/share/😀?', bytes('usr/share/😀日'), true],
    ['/usr/share/gr[!ü]n', bytes('usr/share/grün'), false],
    ['/usr/share/caf?.txt', 'usr/share/caf\xe9.txt', true],
    ['/usr/share/café.txt', 'usr/share/caf\xe9.txt', false],
    ['/usr/share/caf*/ü', `usr/share/caf\xe9\xc3\xa9/${bytes('ü')}`, true],
    ['/usr/share/two*', 'usr/share/two\nlines', true],
    ['/a/{b,{c,d}e}', 'a/de', true],
    ['/a/{,b/}c', 'a/c', true],
    ['/a[!b]c', 'a/c', false],
    ['/a/[*]', 'a/*', true],
    ['/a/[*]', 'a/b', false],
    ['/a/[]x]', 'a/]', true],
    ['/a/x,y}', 'a/x,y}', true],
    ['/a/[\\]', 'a/\\', true],
  ])('%s and %s: %s', (glob, path, expected) => expect(matchPaths([glob])(path)).toBe(expected));

  it.each(['/a/[z-a]', '/a/[b', '/a/{b,c'])('refuses a glob that is none: %s', (glob) => {
    expect(() => matchPaths([glob])).toThrow(/is not a valid glob/);
  });

  it('tells which globs name nothing', () => {
    const paths = ['usr/share/a', bytes('usr/share/ü/b')];
    expect(idleGlobs(['/usr', '/usr/share/x', '/usr/share/?/b', '/b'], paths)).toEqual([
      '/usr/share/x',
      '/b',
    ]);
  });

  it('matches nothing without globs', () => expect(matchPaths([])('')).toBe(false));
});

describe('a whole tar', () => {
  it('is the same bytes each time', async () => {
    const tree: Tree = new Map();
    putFile(tree, 'b', Buffer.alloc(2_500_000, 1));
    putFile(tree, 'a', 'x');
    const copies = ['1.tar', '2.tar'].map((name) => join(dir, name));
    await writeFile(copies[0]!, writeTree(tree, 5));
    await pipeline(writeTree(new Map([...tree].toReversed()), 5), async (chunks: AsyncIterable<Buffer>) => {
      await writeFile(copies[1]!, chunks);
    });
    expect(await readFile(copies[0]!)).toEqual(await readFile(copies[1]!));
  });
});
