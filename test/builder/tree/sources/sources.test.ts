import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { readTree } from '../../../../builder/tree/entries/read-tree.ts';
import { addSource, type TreeSource } from '../../../../builder/tree/sources/add-source.ts';
import { type MadeEntry, makeTar } from '../../support/make-tar.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sources-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A root as packages leave it: /bin is a link. */
function installed(): Tree {
  const tree: Tree = new Map();
  putDirectory(tree, '', 0o755);
  putFile(tree, 'usr/bin/sh', 'shell', 0o755);
  putFile(tree, 'etc/motd', 'from packages');
  putSymlink(tree, 'bin', 'usr/bin');
  return tree;
}

const add = (tree: Tree, source: TreeSource) => addSource(tree, source, join(dir, 'spool'), 'x86-64');

async function plain(tree: Tree): Promise<Map<string, unknown>> {
  const seen = new Map<string, unknown>();
  for (const path of [...tree.keys()].sort()) {
    const { body, xattrs, ...rest } = tree.get(path)!;
    seen.set(path, { ...rest, xattrs: [...xattrs].sort(), content: (await readBody(body)).toString('hex') });
  }
  return seen;
}

const entries: MadeEntry[] = [
  { path: '.', type: '5', mode: 0o700, uid: 1000 },
  { path: 'early', type: '1', linkname: 'opt/tool' },
  { path: 'opt/tool', type: '0', mode: 0o755, content: Buffer.alloc(70_000, 't'), pax: { mtime: '-1.5' } },
  { path: 'bin/', type: '5', mode: 0o700 },
  { path: 'bin/tool', type: '2', mode: 0o777, linkname: '../../opt/tool' },
  { path: 'bin/also-sh', type: '1', linkname: 'usr/bin/sh' },
  { path: 'etc/motd', type: '0', mode: 0o600, uid: 300_000, content: Buffer.from('from the tar') },
];

describe('a tar as a source', () => {
  const forms = { plain: (tar: Buffer) => tar, gzip: gzipSync, zstd: zstdCompressSync };
  for (const [form, compress] of Object.entries(forms)) {
    it(`is laid over the tree: ${form}`, async () => {
      const tree = installed();
      const file = join(dir, 'add.tar');
      const bytes = compress(makeTar(entries));
      await writeFile(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(await add(tree, { tar: file })).toEqual({ name: 'add.tar', sha256 });
      expect(tree.get('')).toMatchObject({ mode: 0o755, uid: 0 });
      expect(tree.get('bin')).toMatchObject({ type: 'symlink' });
      expect(tree.get('usr/bin/tool')).toMatchObject({ type: 'symlink', linkname: '../../opt/tool' });
      expect(tree.get('usr/bin/also-sh')?.body).toBe(tree.get('usr/bin/sh')?.body);
      expect(tree.get('early')?.body).toBe(tree.get('opt/tool')?.body);
      expect(tree.get('opt')).toMatchObject({ type: 'directory', mode: 0o755 });
      expect(tree.get('opt/tool')?.mtime).toEqual({ seconds: -2, nanoseconds: 500_000_000 });
      expect(tree.get('etc/motd')).toMatchObject({ uid: 300_000, mode: 0o600 });
      expect((await readBody(tree.get('etc/motd')!.body)).toString()).toBe('from the tar');
      expect((await readBody(tree.get('usr/bin/sh')!.body)).toString()).toBe('shell');
    });
  }

  const refused: [string, Buffer, string][] = [
    ['a file over a directory', makeTar([{ path: 'etc', type: '0' }]), 'is a directory already'],
    ['a directory below a file', makeTar([{ path: 'etc/motd/x', type: '0' }]), 'is a file already'],
    ['a dangling hard link', makeTar([{ path: 'a', type: '1', linkname: 'b' }]), 'which is not there'],
    ['xz', Buffer.from('fd377a585a000000', 'hex'), 'is xz; gzip and zstd are read'],
    ['a cut gzip', gzipSync(makeTar(entries)).subarray(0, 60), 'add.tar: unexpected end'],
    ['what is no tar', Buffer.alloc(2048, 'x'), 'a pax header of NaN'],
  ];
  for (const [what, bytes, problem] of refused) {
    it(`is refused for ${what}`, async () => {
      await writeFile(join(dir, 'add.tar'), bytes);
      await expect(add(installed(), { tar: join(dir, 'add.tar') })).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining(problem),
      });
    });
  }

  it('is refused when it is not there', async () => {
    await expect(add(installed(), { tar: join(dir, 'none') })).rejects.toMatchObject({ code: 'not_found' });
  });
});

const umoci = (...args: string[]) => execFileSync('umoci', args, { cwd: dir, stdio: 'pipe' });
const shell = (script: string) => execFileSync('sh', ['-ec', script], { cwd: dir, stdio: 'pipe' });

const firstLayer: MadeEntry[] = [
  { path: 'usr', type: '5', mode: 0o755 },
  {
    path: 'usr/bin/sh',
    type: '0',
    mode: 0o4755,
    uid: 300_000,
    gid: 70_000,
    content: Buffer.from('sh'),
    xattrs: new Map([['user.bytes', Buffer.from('ff00fe', 'hex')]]),
  },
  { path: 'usr/bin/dash', type: '1', linkname: 'usr/bin/sh' },
  { path: 'bin', type: '2', mode: 0o777, linkname: 'usr/bin' },
  { path: 'etc/old', type: '0', content: Buffer.from('old'), pax: { mtime: '-315619200' } },
  { path: 'data/gone', type: '0' },
  { path: 'data/old/deep/y', type: '0' },
  { path: 'data/null', type: '3', mode: 0o666, major: 1, minor: 3 },
  { path: 'data/fifo', type: '6' },
];

const lastLayer: MadeEntry[] = [
  { path: 'data/only', type: '0', content: Buffer.from('filled') },
  { path: 'data/.wh..wh..opq', type: '0' },
];

/** Three layers made by umoci: files of every kind, then changes and removals, then a folder emptied and refilled. */
function makeLayout(): void {
  umoci('init', '--layout', 'layout');
  umoci('new', '--image', 'layout:one');
  umoci('unpack', '--image', 'layout:one', 'bundle');
  writeFileSync(join(dir, 'base.tar'), makeTar(firstLayer));
  shell('tar --xattrs --xattrs-include=* --same-owner -xpf base.tar -C bundle/rootfs');
  umoci('repack', '--image', 'layout:one', 'bundle');
  shell(`rm -rf bundle`);
  umoci('unpack', '--image', 'layout:one', 'bundle');
  shell(`cd bundle/rootfs; rm data/gone; rm -r data/old; echo file > data/old; rm etc/old; mkdir etc/old
    echo new > etc/old/new; chmod 700 data`);
  umoci('repack', '--image', 'layout:one', 'bundle');
  writeFileSync(join(dir, 'last.tar'), makeTar(lastLayer));
  umoci('raw', 'add-layer', '--image', 'layout:one', 'last.tar');
  shell(`rm -rf bundle`);
  umoci('unpack', '--image', 'layout:one', 'bundle');
}

describe.skipIf(process.getuid?.() !== 0)(
  'an OCI image layout as a source (umoci makes it; needs root)',
  () => {
    const source = () => ({ oci: join(dir, 'layout'), tag: 'one' });

    it('gives the tree that umoci unpacks', async () => {
      makeLayout();
      const tree: Tree = new Map();
      const { sha256 } = await add(tree, source());
      const index = JSON.parse(readFileSync(join(dir, 'layout/index.json'), 'utf8'));
      expect(`sha256:${sha256}`).toBe(index.manifests[0].digest);
      const options = ['--xattrs', '--xattrs-include=*', '--format=pax', '-C', 'bundle/rootfs', '-c', '.'];
      const tar = execFileSync('tar', options, { cwd: dir });
      const expected = await readTree(Readable.from([tar]), join(dir, 'expected'), { keepTimes: true });
      const [ours, theirs] = [await plain(tree), await plain(expected)];
      theirs.delete('');
      ours.delete('');
      expect(ours).toEqual(theirs);
      expect([...ours.keys()]).toEqual(expect.arrayContaining(['data/only', 'usr/bin/dash', 'etc/old/new']));
      expect(tree.get('usr/bin/dash')?.body).toBe(tree.get('usr/bin/sh')?.body);
    });

    it('reads zstd layers, and refuses a layer with other bytes, a tag that is not there and two images', async () => {
      makeLayout();
      const index = JSON.parse(readFileSync(join(dir, 'layout/index.json'), 'utf8'));
      const blob = (digest: string) => join(dir, 'layout/blobs', digest.replace(':', '/'));
      const put = (bytes: Buffer) => {
        const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
        writeFileSync(blob(digest), bytes);
        return { digest, size: bytes.length };
      };
      const before = await add(new Map(), source());
      const manifest = JSON.parse(readFileSync(blob(index.manifests[0].digest), 'utf8'));
      const layer = manifest.layers[0];
      Object.assign(layer, put(zstdCompressSync(gunzipSync(readFileSync(blob(layer.digest))))));
      layer.mediaType = 'application/vnd.oci.image.layer.v1.tar+zstd';
      Object.assign(index.manifests[0], put(Buffer.from(JSON.stringify(manifest))));
      writeFileSync(join(dir, 'layout/index.json'), JSON.stringify(index));
      const tree: Tree = new Map();
      expect((await add(tree, source())).sha256).not.toBe(before.sha256);
      expect(tree.has('usr/bin/sh')).toBe(true);

      await expect(add(new Map(), { ...source(), tag: 'two' })).rejects.toThrow('no image tag two for amd64');
      writeFileSync(blob(layer.digest), gzipSync(makeTar([{ path: 'evil', type: '0' }])));
      await expect(add(new Map(), source())).rejects.toThrow('hashes to');
      index.manifests.push(index.manifests[0]);
      writeFileSync(join(dir, 'layout/index.json'), JSON.stringify(index));
      await expect(add(new Map(), source())).rejects.toThrow('holds 2 images');
    });

    it('is laid over packages through their links', async () => {
      makeLayout();
      const tree = installed();
      await add(tree, source());
      expect(tree.get('bin')).toMatchObject({ type: 'symlink', linkname: 'usr/bin' });
      expect((await readBody(tree.get('etc/motd')!.body)).toString()).toBe('from packages');
    });
  },
);
