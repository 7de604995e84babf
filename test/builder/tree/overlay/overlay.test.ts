import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { writeTree } from '../../../../builder/tree/entries/write-tree.ts';
import { layOverlay, layShipped } from '../../../../builder/tree/overlay/lay-overlay.ts';

let overlay: string;
let tree: Tree;
beforeEach(async () => {
  overlay = await mkdtemp(join(tmpdir(), 'overlay-'));
  tree = new Map();
  putDirectory(tree, '');
});
afterEach(() => rm(overlay, { recursive: true }));

async function put(path: string, mode = 0o644, content = 'mine'): Promise<void> {
  const file = join(overlay, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, mode);
}

const theirs = (path: string, mode: number, uid = 0, gid = 0) => {
  putFile(tree, path, 'theirs');
  tree.set(path, { ...tree.get(path)!, mode, uid, gid });
};
const rights = (path: string) => {
  const { mode, uid, gid } = tree.get(path)!;
  return `${mode.toString(8).padStart(4, '0')} ${uid}:${gid}`;
};

describe('modes', () => {
  it.each([
    [0o600, '0600 0:0'],
    [0o640, '0640 0:0'],
    [0o664, '0644 0:0'],
    [0o666, '0644 0:0'],
    [0o700, '0700 0:0'],
    [0o777, '0755 0:0'],
    [0o4755, '0755 0:0'],
    [0o444, '0444 0:0'],
  ])('a new file of %o is %s', async (mode, expected) => {
    await put('etc/x', mode);
    await layOverlay(tree, overlay);
    expect(rights('etc/x')).toBe(expected);
  });

  it.each([
    ['shadow', 0o644, 0o640, '0640 0:42'],
    ['shadow, kept secret', 0o600, 0o640, '0600 0:42'],
    ['sudoers', 0o664, 0o440, '0440 0:42'],
    ['a program', 0o775, 0o755, '0755 0:42'],
    ['a setuid program', 0o755, 0o4755, '0755 0:42'],
    ['a program for a group', 0o755, 0o750, '0750 0:42'],
    ['a program nobody reads', 0o755, 0o711, '0711 0:42'],
    ['a file that was none', 0o755, 0o644, '0755 0:42'],
    ['a program that is one no more', 0o644, 0o755, '0644 0:42'],
  ])('a file that replaces %s gets no more than it had, and its owner', async (_, mine, had, expected) => {
    await put('etc/x', mine);
    theirs('etc/x', had, 0, 42);
    await layOverlay(tree, overlay);
    expect(rights('etc/x')).toBe(expected);
    expect((await readBody(tree.get('etc/x')!.body)).toString()).toBe('mine');
  });

  it('a folder keeps what the tree says of it, a new one what the disk says', async () => {
    await put('etc/private/new/x');
    await chmod(join(overlay, 'etc/private'), 0o2775);
    await chmod(join(overlay, 'etc/private/new'), 0o700);
    await put('etc/shared/x');
    await chmod(join(overlay, 'etc/shared'), 0o2775);
    putDirectory(tree, 'etc/private', 0o750);
    await layOverlay(tree, overlay);
    expect(['etc/private', 'etc/private/new', 'etc/shared'].map(rights)).toEqual([
      '0750 0:0',
      '0700 0:0',
      '0755 0:0',
    ]);
  });

  it('what the project ships is the same whatever the umask of its checkout', async () => {
    await put('usr/bin/x', 0o700);
    await put('etc/x', 0o600);
    await chmod(join(overlay, 'etc'), 0o700);
    await layShipped(tree, overlay);
    expect(['usr/bin/x', 'etc/x', 'etc'].map(rights)).toEqual(['0755 0:0', '0644 0:0', '0755 0:0']);
  });
});

describe('names', () => {
  it('are kept byte by byte, and the contents are found', async () => {
    const name = Buffer.concat([Buffer.from(`${overlay}/caf\xe9 "x"\n.txt`, 'latin1')]);
    await writeFile(name, 'latin1');
    await put('größe/日本');
    await layOverlay(tree, overlay);
    expect([...tree.keys()].sort()).toEqual(
      ['', 'caf\xe9 "x"\n.txt', 'größe', 'größe/日本'].map((path) =>
        path.includes('caf') ? path : Buffer.from(path).toString('latin1'),
      ),
    );
    expect((await readBody(tree.get('caf\xe9 "x"\n.txt')!.body)).toString()).toBe('latin1');
  });

  it('of a fifo and a socket are refused', async () => {
    execFileSync('mkfifo', [join(overlay, 'x')]);
    const refusal = (problem: RegExp) => ({
      code: 'bad_input',
      details: { what: join(overlay, 'x'), problem: expect.stringMatching(problem) },
    });
    await expect(layOverlay(tree, overlay)).rejects.toMatchObject(refusal(/is a fifo/));
    await rm(join(overlay, 'x'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(overlay, 'x'), resolve));
    await expect(layOverlay(tree, overlay)).rejects.toMatchObject(refusal(/is a socket/));
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what is in the place already', () => {
  it('a folder goes where a link leads, as /bin into /usr/bin', async () => {
    putDirectory(tree, 'usr/lib/x86_64-linux-gnu');
    putSymlink(tree, 'lib', 'usr/lib');
    putSymlink(tree, 'usr/lib64', '/lib');
    await put('lib/a/b');
    await put('usr/lib64/c');
    await layOverlay(tree, overlay);
    expect(tree.get('lib')?.type).toBe('symlink');
    expect([tree.has('usr/lib/a/b'), tree.has('usr/lib/c'), tree.has('lib/a')]).toEqual([true, true, false]);
  });

  it('a file or link replaces a file or link', async () => {
    putSymlink(tree, 'etc/localtime', '/usr/share/zoneinfo/UTC');
    theirs('etc/mtab', 0o644);
    await put('etc/localtime');
    await symlink('../proc/self/mounts', join(overlay, 'etc/mtab'));
    await layOverlay(tree, overlay);
    expect(tree.get('etc/localtime')?.type).toBe('file');
    expect(tree.get('etc/mtab')).toMatchObject({ type: 'symlink', linkname: '../proc/self/mounts' });
  });

  it.each([
    ['a file instead of a folder', () => putDirectory(tree, 'etc/x'), () => put('etc/x'), /x is a folder in/],
    [
      'a link instead of a folder',
      () => putDirectory(tree, 'etc/x'),
      () => symlink('y', join(overlay, 'etc/x')),
      /x is a folder in/,
    ],
    ['a folder instead of a file', () => theirs('etc/x', 0o644), () => put('etc/x/y'), /is a file and no/],
    [
      'a folder behind a link to nothing',
      () => putSymlink(tree, 'etc/x', '/none'),
      () => put('etc/x/y'),
      /x is a link to \/none and no folder/,
    ],
  ])('refuses %s', async (_, before, mine, problem) => {
    before();
    await mkdir(join(overlay, 'etc'));
    await mine();
    await expect(layOverlay(tree, overlay)).rejects.toMatchObject({
      code: 'bad_input',
      details: { what: join(overlay, 'etc/x'), problem: expect.stringMatching(problem) },
    });
  });
});

describe('contents', () => {
  const tar = async () => {
    for await (const _ of writeTree(tree, 0));
  };

  it('are read with few files open at a time', async () => {
    for (let n = 0; n < 60; n++) await writeFile(join(overlay, `${n}`), 'x');
    await layOverlay(tree, overlay);
    const opened: number[] = [];
    for await (const _ of writeTree(tree, 0)) opened.push(readdirSync('/proc/self/fd').length);
    expect(Math.max(...opened) - Math.min(...opened)).toBeLessThan(30);
  });

  it('that change under the build are refused by name', async () => {
    await put('etc/x', 0o644, 'one');
    await layOverlay(tree, overlay);
    await writeFile(join(overlay, 'etc/x'), 'two');
    await expect(tar()).rejects.toMatchObject({
      code: 'bad_input',
      details: { what: join(overlay, 'etc/x') },
    });
    await writeFile(join(overlay, 'etc/x'), '');
    await expect(tar()).rejects.toMatchObject({ code: 'bad_input' });
  });
});
