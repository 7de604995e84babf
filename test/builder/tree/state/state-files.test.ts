import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { follow } from '../../../../builder/tree/entries/follow.ts';
import { asOnHost } from '../../../../builder/tree/state/as-on-host.ts';
import { describeState, listState } from '../../../../builder/tree/state/describe-state.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { foldLocal } from '../../../../builder/tree/state/fold-local.ts';
import { moveHomes } from '../../../../builder/tree/state/move-homes.ts';
import { shippedFiles } from '../../../../builder/tree/state/shipped-files.ts';
import { type Host, makeHost } from '../../support/make-host.ts';
import { changeEntry, makeTree } from '../../support/make-tree.ts';

const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString('latin1');
const settle = async (tree: Tree, rules: Parameters<typeof emptyVar>[1] = {}) => {
  await moveHomes(tree);
  return emptyVar(tree, rules);
};
const ours = (tree: Tree) => text(tree, 'usr/lib/tmpfiles.d/zz-interlock-var.conf');

describe('files in the folders of the host', () => {
  it('stay the image’s when a package ships them, and are copied once when a script made them', async () => {
    const tree = makeTree({
      'var/lib/words/list': 'w',
      'var/lib/words/settings': 's',
      'var/www/html/index.html': '<p>',
    });
    putFile(
      tree,
      'var/lib/dpkg/info/words:amd64.list',
      '/.\n/var/lib/words\n/var/lib/words/list\n/var/lib/words/settings\n',
    );
    putFile(tree, 'var/lib/dpkg/info/words:amd64.conffiles', '/var/lib/words/settings\n');
    const shipped = await shippedFiles(tree);
    for (const path of [...tree.keys()]) if (path.startsWith('var/lib/dpkg')) tree.delete(path);
    const { moved, seeded } = await settle(tree, { shipped });
    expect(moved).toEqual([
      { path: '/var/lib/words/list', to: '/usr/lib/interlock/var/lib/words/list', isFolder: false },
    ]);
    expect(seeded).toEqual(['/var/lib/words/settings', '/var/www']);
    expect(await ours(tree)).toContain(
      'L /var/lib/words/list - - - - /usr/lib/interlock/var/lib/words/list\n',
    );
    expect(await text(tree, 'usr/lib/interlock/seeds')).toBe('/var/lib/words/settings\n/var/www\n');
    expect(await text(tree, 'usr/share/factory/var/www/html/index.html')).toBe('<p>');
  });

  it('go by the definition where it speaks of them, as people write the paths or as they lie on the host', async () => {
    const files = [
      'var/www/a',
      'var/www/b/c',
      'opt/app/run',
      'opt/app/data/db',
      'srv/x/y',
      'usr/local/etc/z',
    ];
    const tree = makeTree(Object.fromEntries(files.map((path) => [path, path])));
    const { moved, seeded } = await settle(tree, {
      link: ['/var/www/b', '/srv/*', '/opt/app'],
      seed: ['/opt/app/data', '/var/usrlocal/etc'],
    });
    expect(moved).toEqual([
      { path: '/opt/app/run', to: '/usr/lib/opt/app/run', isFolder: false },
      { path: '/srv/x', to: '/usr/lib/interlock/var/srv/x', isFolder: true },
      { path: '/var/www/b', to: '/usr/lib/interlock/var/www/b', isFolder: true },
    ]);
    expect(seeded).toEqual(['/opt/app/data', '/usr/local/etc', '/var/www/a']);
    expect(await text(tree, 'usr/lib/interlock/var/www/b/c')).toBe('var/www/b/c');
  });

  it('are found by what looks at the root as a host sees it', async () => {
    const tree = makeTree({ 'opt/app/run': 'x', 'usr/local/bin/tool': 'x' });
    const seen = asOnHost(tree, await settle(tree));
    expect(follow(seen, 'opt/app/run')?.path).toBe('usr/lib/opt/app/run');
    expect(follow(seen, 'usr/local/bin/tool')?.path).toBe('usr/lib/usrlocal/bin/tool');
    expect(follow(tree, 'opt/app/run')).toBe(undefined);
  });

  it('are told in a few words, and those that later releases do not change by name', async () => {
    const tree = makeTree({ 'opt/a/b': '', 'opt/a/c': '', 'usr/local/bin/d': '', 'var/lib/e': '' });
    for (let index = 0; index < 22; index++) putFile(tree, `root/caf\xe9${index}`, '');
    const places = await settle(tree, { link: ['/var/lib/e', '/opt/a/b'] });
    expect(describeState(places)).toEqual([
      'moved 1 file of /var to /usr/lib/interlock/var',
      'moved 2 files of /opt to /usr/lib/opt',
      'moved 1 file of /usr/local to /usr/lib/usrlocal',
      '22 on first boot only',
    ]);
    const list = listState(places);
    expect(list[3]).toBe('/root/caf\\xe90: first boot only: later releases do not change it');
    expect(list.at(-1)).toBe('2 more on first boot only');
  });

  it('that systemd reads early are moved to /usr/lib, over what is there', () => {
    const units = 'lib/systemd/system';
    const tree = makeTree({
      [`usr/local/${units}/app.service`]: 'local',
      [`usr/${units}/app.service`]: 'vendor',
      'usr/local/lib/udev/rules.d/9-a.rules': 'r',
      'usr/local/lib/app/x': 'x',
    });
    putSymlink(tree, `usr/local/${units}/multi-user.target.wants/app.service`, '../app.service');
    putSymlink(tree, `usr/local/${units}/b.service`, '../../../../lib/b.service');
    putSymlink(tree, 'etc/systemd/system/www.service', `/usr/local/${units}/app.service`);
    foldLocal(tree);
    expect(
      [...tree.keys()].filter(
        (path) => path.startsWith('usr/local/lib/') && tree.get(path)?.type !== 'directory',
      ),
    ).toEqual(['usr/local/lib/app/x']);
    expect(tree.get(`usr/${units}/app.service`)?.body.size).toBe(5);
    expect(tree.get('usr/lib/udev/rules.d/9-a.rules')?.type).toBe('file');
    const links = [
      `usr/${units}/multi-user.target.wants/app.service`,
      `usr/${units}/b.service`,
      'etc/systemd/system/www.service',
    ];
    expect(links.map((path) => tree.get(path)?.linkname)).toEqual([
      '../app.service',
      '/usr/lib/b.service',
      `/usr/${units}/app.service`,
    ]);
  });

  it('are refused where the image has another file already, by the name that was written', async () => {
    const tree = makeTree({ 'opt/app/run': 'a', 'usr/lib/opt/app/run': 'b' });
    await expect(settle(tree)).rejects.toThrow(/^\/opt\/app\/run: goes to \/usr\/lib\/opt\/app\/run, where/);
  });

  it('lead where they led: links out of a moved folder become absolute, others stay', async () => {
    const tree = makeTree({ 'opt/app/lib/one.so.1': 'x', 'usr/local/bin/tool': 't' });
    putSymlink(tree, 'opt/app/lib/one.so', 'one.so.1');
    putSymlink(tree, 'opt/app/conf', '../../etc/app');
    putSymlink(tree, 'usr/local/bin/sh', '../../bin/sh');
    putSymlink(tree, 'usr/local/lib', '/usr/lib');
    await settle(tree);
    expect(tree.get('usr/lib/opt/app/lib/one.so')?.linkname).toBe('one.so.1');
    const lines = await ours(tree);
    expect(lines).toContain('L /var/opt/app/conf - - - - /etc/app\n');
    expect(lines).toContain('L /var/opt/app/lib/one.so - - - - one.so.1\n');
    expect(lines).toContain('L /var/usrlocal/bin/sh - - - - /usr/bin/sh\n');
  });

  it('are taken from a source whose folders lead into /var already', async () => {
    const tree = makeTree({ 'var/opt/app/run': 'x' });
    putSymlink(tree, 'opt', 'var/opt');
    putSymlink(tree, 'usr/local', '/var/usrlocal');
    expect((await settle(tree)).moved).toEqual([
      { path: '/opt/app/run', to: '/usr/lib/opt/app/run', isFolder: false },
    ]);
    expect(tree.get('usr/local')?.linkname).toBe('../var/usrlocal');
  });
});

describe.skipIf(process.getuid?.() !== 0)('on a host (needs root)', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());
  const at = (path: string) => join(host.root, path);
  /** Links lead to paths of the host. */
  const read = (path: string) => {
    const found = lstatSync(at(path));
    return readFileSync(at(found.isSymbolicLink() ? readlinkSync(at(path)) : path), 'utf8');
  };

  it('programs of /opt and /usr/local are the image’s, between files of the host', async () => {
    const release = async (content: string) => {
      const tree = makeTree({ 'opt/cni/bin/bridge': content, 'usr/local/bin/kubelet': content });
      changeEntry(tree, 'opt/cni/bin/bridge', { mode: 0o755 });
      await settle(tree);
      return tree;
    };
    expect(await host.boot(await release('one'))).toBe('');
    writeFileSync(at('opt/cni/bin/calico'), 'mine');
    writeFileSync(at('usr/local/bin/own'), 'mine');
    rmSync(at('usr/local/bin/kubelet'));
    writeFileSync(at('usr/local/bin/kubelet'), 'mine');
    expect(await host.boot(await release('two'))).toBe('');
    expect(read('opt/cni/bin/bridge')).toBe('two');
    expect(lstatSync(at('usr/lib/opt/cni/bin/bridge')).mode & 0o777).toBe(0o755);
    expect(['opt/cni/bin/calico', 'usr/local/bin/own', 'usr/local/bin/kubelet'].map(read)).toEqual([
      'mine',
      'mine',
      'mine',
    ]);
  });

  it('homes and seeds come once, with owners and modes, and are the host’s from then on', async () => {
    const release = async (content: string) => {
      const tree = makeTree({
        'home/ops/.bashrc': content,
        'home/ops/.ssh/authorized_keys': content,
        'root/.bashrc': content,
        [Buffer.from('var/lib/app/größe').toString('latin1')]: content,
      });
      for (const path of ['home/ops', 'home/ops/.ssh'])
        changeEntry(tree, path, { mode: 0o700, uid: 1000, gid: 1001 });
      changeEntry(tree, 'home/ops/.ssh/authorized_keys', { mode: 0o600, uid: 1000, gid: 1001 });
      changeEntry(tree, 'root', { mode: 0o700 });
      changeEntry(tree, 'var/lib/app', { mode: 0o2750, uid: 7, gid: 8 });
      putSymlink(tree, 'home/ops/up', '../other');
      await settle(tree);
      return tree;
    };
    expect(await host.boot(await release('one'))).toBe('');
    const paths = ['home/ops/.bashrc', 'home/ops/.ssh/authorized_keys', 'root/.bashrc', 'var/lib/app/größe'];
    expect(paths.map(read)).toEqual(['one', 'one', 'one', 'one']);
    expect(lstatSync(at('home/ops'))).toMatchObject({ mode: 0o40700, uid: 1000, gid: 1001 });
    expect(lstatSync(at('home/ops/.ssh/authorized_keys'))).toMatchObject({
      mode: 0o100600,
      uid: 1000,
      gid: 1001,
    });
    expect(lstatSync(at('var/lib/app'))).toMatchObject({ mode: 0o42750, uid: 7, gid: 8 });
    expect(readlinkSync(at('home/ops/up'))).toBe('../other');
    rmSync(at('home/ops/.ssh/authorized_keys'));
    expect(await host.boot(await release('two'))).toBe('');
    expect([paths[0]!, paths[2]!, paths[3]!].map(read)).toEqual(['one', 'one', 'one']);
    expect(() => read('home/ops/.ssh/authorized_keys')).toThrow(/ENOENT/);
  });

  it('what was deleted does not come back, be it of a folder copied whole or beside links', async () => {
    const tree = makeTree({
      'var/lib/db/base/1': 'x',
      'var/lib/db/wal/1': 'x',
      'var/lib/web/conf': 'x',
      'srv/site/a': 'x',
    });
    putDirectory(tree, 'var/lib/db/empty');
    changeEntry(tree, 'var/lib/db', { mode: 0o700, uid: 105, gid: 106 });
    putSymlink(tree, 'var/lib/web/logs', '../../log/web');
    const { seeded } = await settle(tree);
    expect(seeded).toEqual(['/var/lib/db', '/var/lib/web/conf', '/srv/site']);
    expect(await host.boot(tree)).toBe('');
    expect(lstatSync(at('var/lib/db'))).toMatchObject({ mode: 0o40700, uid: 105, gid: 106 });
    expect(lstatSync(at('var/lib/db/empty')).isDirectory()).toBe(true);
    for (const path of ['var/lib/db/wal/1', 'var/srv/site/a', 'var/lib/web/conf']) rmSync(at(path));
    writeFileSync(at('var/srv/site/b'), 'mine');
    expect(await host.boot(tree)).toBe('');
    expect(() => read('var/lib/db/wal/1')).toThrow(/ENOENT/);
    expect(() => read('var/srv/site/a')).toThrow(/ENOENT/);
    expect(() => read('var/lib/web/conf')).toThrow(/ENOENT/);
  });

  it('nothing of the host’s is replaced by a link or a copy', async () => {
    mkdirSync(at('var/opt/app/run'), { recursive: true });
    mkdirSync(at('var/lib/app/data'), { recursive: true });
    writeFileSync(at('var/opt/app/run/mine'), 'mine');
    writeFileSync(at('var/lib/app/data/mine'), 'mine');
    const tree = makeTree({ 'opt/app/run': 'x', 'var/lib/app/data': 'x' });
    await settle(tree);
    await host.boot(tree);
    expect(['var/opt/app/run/mine', 'var/lib/app/data/mine'].map(read)).toEqual(['mine', 'mine']);
  });
});
