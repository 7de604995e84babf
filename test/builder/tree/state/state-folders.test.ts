import { chmodSync, chownSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { type Entry, readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { scrub } from '../../../../builder/tree/normalise/scrub.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { type Host, makeHost } from '../../support/make-host.ts';

const fresh = (): Tree => {
  const tree: Tree = new Map();
  for (const path of ['', 'var', 'var/lib', 'var/log', 'var/cache']) putDirectory(tree, path);
  return tree;
};
const put = (tree: Tree, path: string, given: Partial<Entry>) => {
  putDirectory(tree, path.slice(0, path.lastIndexOf('/')));
  const blank = { ...tree.get('')!, path, mode: 0o755 };
  tree.set(path, { ...blank, ...given });
};
const ours = async (tree: Tree) =>
  (await readBody(tree.get('usr/lib/tmpfiles.d/zz-interlock-var.conf')!.body)).toString('latin1');
const utf8 = (name: string) => Buffer.from(name).toString('latin1');

/** Names that a tar can hold and that a format made of words and quotes could mistake. */
const names = [
  utf8('größe'),
  utf8('Überblick à b'),
  utf8('Á'),
  'caf\xe9',
  '100% of %H',
  'a "quoted" name',
  "it's",
  'back\\slash\\x41',
  'tab\there',
  '#hash',
  ' leading and trailing ',
  '*?[a]{b}$x;',
  '-',
  '\x01\x7f',
];

describe('the folders of /var', () => {
  it('stay when their files go: logs, caches and backups', async () => {
    const tree = fresh();
    put(tree, 'var/log/nginx', { mode: 0o755, uid: 33, gid: 4 });
    put(tree, 'var/log/audit', { mode: 0o750, gid: 4 });
    put(tree, 'var/cache/apt/archives/partial', { mode: 0o700, uid: 42 });
    putFile(tree, 'var/log/nginx/access.log', 'x');
    putFile(tree, 'var/cache/apt/pkgcache.bin', 'x');
    putFile(tree, 'var/backups/dpkg.status.0', 'x');
    await scrub(tree);
    await emptyVar(tree);
    const lines = (await ours(tree)).split('\n');
    expect(lines).toContain('d /var/log/nginx :0755 :33 :4 - -');
    expect(lines).toContain('d /var/log/audit :0750 :0 :4 - -');
    expect(lines).toContain('d /var/cache/apt/archives/partial :0700 :42 :0 - -');
    expect(lines.filter((line) => /access|pkgcache|status/.test(line))).toEqual([]);
  });

  it('are left to a packaged line that makes them, however it names them', async () => {
    const tree = fresh();
    for (const name of ['plain', 'spec', 'quo ted', 'slash', 'cleaned', 'masked', 'in-etc'])
      putDirectory(tree, `var/lib/${name}`);
    putFile(
      tree,
      'usr/lib/tmpfiles.d/a.conf',
      '#d /var/cache\nd\t/var/lib/plain 0700\nd!- %S/spec\nq "/var/lib/quo ted" - - -\nd /var//lib/slash/\ne /var/lib/cleaned - - - 1d\n',
    );
    putFile(tree, 'usr/lib/tmpfiles.d/b.conf', 'd /var/lib/masked\n');
    putSymlink(tree, 'etc/tmpfiles.d/b.conf', '/dev/null');
    putFile(tree, 'etc/tmpfiles.d/c.conf', 'd /var/lib/in-etc\n');
    await emptyVar(tree);
    const made = [...(await ours(tree)).matchAll(/^d (\S+)/gm)].map(([, path]) => path);
    expect(made).toEqual(['/var/cache', '/var/lib', '/var/lib/cleaned', '/var/lib/masked', '/var/log']);
  });

  it('are refused by name when no line can say it', async () => {
    const tree = fresh();
    putDirectory(tree, `var/lib/${utf8('ä')}\nb`);
    await expect(emptyVar(tree)).rejects.toThrow(/\/var\/lib\/ä\\nb: .*line break/);
  });
});

describe.skipIf(process.getuid?.() !== 0)('on a host (needs root), systemd-tmpfiles makes', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());

  it('every folder, link, pipe and device that the tree had, to the byte, without a word', async () => {
    const tree = fresh();
    for (const [index, name] of names.entries()) {
      put(tree, `var/opt/${name}`, { mode: 0o2710 + index, uid: 100 + index, gid: 200 + index });
      put(tree, `var/opt/${name}/${name}`, { mode: 0o1777, uid: 7 });
      putSymlink(tree, `var/links/${name}`, `../opt/${name}`);
      putSymlink(tree, `var/links/to${name}`, name);
    }
    put(tree, 'var/spool/pickup', { type: 'fifo', mode: 0o622, uid: 3 });
    put(tree, 'var/lib/null', { type: 'character-device', mode: 0o666, major: 1, minor: 3 });
    put(tree, 'var/lib/loop', { type: 'block-device', mode: 0o660, major: 7, minor: 0, gid: 6 });
    const facts = ({ path, type, mode, uid, gid, linkname, major, minor }: Entry) =>
      type === 'symlink' ? { path, type, linkname } : { path, type, mode, uid, gid, major, minor };
    const wanted = [...tree.values()].filter(({ path }) => path.startsWith('var/')).map(facts);
    await emptyVar(tree);
    expect(await host.boot(tree)).toBe('');
    const found = await host.look();
    expect(wanted.map(({ path }) => facts(found.get(path)!))).toEqual(wanted);
    // and /var itself, and what the agent keeps there
    expect(found.size).toBe(wanted.length + 3);
  });

  it('nothing anew that the host changed: owners and modes stay at each boot', async () => {
    const tree = fresh();
    put(tree, 'var/log/nginx', { mode: 0o755, uid: 33, gid: 4 });
    await emptyVar(tree);
    await host.boot(tree);
    const folder = join(host.root, 'var/log/nginx');
    chmodSync(folder, 0o700);
    chownSync(folder, 5, 5);
    expect(await host.boot(tree)).toBe('');
    expect(lstatSync(folder)).toMatchObject({ mode: 0o40700, uid: 5, gid: 5 });
  });
});
