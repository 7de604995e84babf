import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { moveHomes } from '../../../../builder/tree/state/move-homes.ts';
import { type Host, laySeeds, makeHost } from '../../support/make-host.ts';
import { changeEntry, makeTree } from '../../support/make-tree.ts';

describe.skipIf(process.getuid?.() !== 0)('what a host gets once (needs root)', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());
  const at = (path: string) => join(host.root, path);
  const read = (path: string) => readFileSync(at(path), 'utf8');
  const release = async (files: Record<string, string>) => {
    const tree = makeTree(files);
    await moveHomes(tree);
    await emptyVar(tree);
    return tree;
  };
  const leftovers = () =>
    readdirSync(at('var'), { recursive: true }).filter((name) => String(name).includes('.interlock-seed'));

  /**
   * A PATH whose tools count themselves; the one that reaches `limit` does half its work, and all die. What is written
   * need not reach the disk.
   */
  const cutting = (limit: number) => {
    const bin = at(limit === 0 ? 'lasting' : 'cut');
    mkdirSync(bin, { recursive: true });
    writeFileSync(at('count'), '0\n');
    writeFileSync(at('limit'), `${limit}\n`);
    const put = (tool: string, text: string) => writeFileSync(join(bin, tool), text, { mode: 0o755 });
    put('sync', '#!/bin/sh\n');
    for (const tool of limit === 0 ? [] : ['chmod', 'chown', 'cp', 'mkdir', 'mv', 'rm', 'sort', 'sync']) {
      const half = tool === 'cp' ? `mkdir -p "$4"; echo half >"$4/1"` : ':';
      const rest = tool === 'sync' ? 'exit' : `exec /usr/bin/${tool} "$@"`;
      put(
        tool,
        `#!/bin/sh
read -r count <${at('count')}; read -r limit <${at('limit')}
echo $((count + 1)) >${at('count')}
[ $((count + 1)) != "$limit" ] || { ${half}; kill -KILL 0; }
${rest}
`,
      );
    }
    return { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  };

  it('is there whole or not at all wherever the power goes, and whole after the next boot', async () => {
    const tree = makeTree({
      'var/lib/db/1': 'one',
      'var/lib/db/2': 'two',
      'var/lib/web/conf/1': 'x',
      'root/.ssh/keys': 'k',
    });
    changeEntry(tree, 'var/lib/db', { mode: 0o2750, uid: 105, gid: 106 });
    changeEntry(tree, 'root/.ssh', { mode: 0o700 });
    putSymlink(tree, 'var/lib/web/logs', '/var/log');
    changeEntry(tree, 'var/lib/web', { mode: 0o711, uid: 7, gid: 8 });
    await moveHomes(tree);
    await emptyVar(tree);
    await host.boot(tree);
    const whole = {
      'var/lib/db': { mode: 0o42750, uid: 105, gid: 106 },
      'var/lib/db/1': { size: 3 },
      'var/lib/db/2': { size: 3 },
      'var/lib/web': { mode: 0o40711, uid: 7, gid: 8 },
      'var/roothome/.ssh': { mode: 0o40700, uid: 0, gid: 0 },
      'var/lib/web/conf/1': { size: 1 },
      'var/roothome/.ssh/keys': { size: 1 },
    };
    const check = () => {
      for (const [path, facts] of Object.entries(whole)) expect(lstatSync(at(path))).toMatchObject(facts);
    };
    check();
    let limit = 0;
    for (let cut = true; cut; ) {
      rmSync(at('var'), { recursive: true });
      mkdirSync(at('var'));
      limit++;
      cut = spawnSync('setsid', [laySeeds, host.root], { env: cutting(limit) }).signal === 'SIGKILL';
      for (const folder of ['db', 'web/conf'].filter((name) => existsSync(at(`var/lib/${name}`))))
        expect(readdirSync(at(`var/lib/${folder}`)).length).toBe(folder === 'db' ? 2 : 1);
      expect(spawnSync(laySeeds, [host.root], { env: cutting(0) }).status).toBe(0);
      check();
      expect(leftovers()).toEqual([]);
      expect(read('var/lib/interlock/seeds').split('\n')).toHaveLength(4);
    }
    expect(limit).toBeGreaterThan(20);
  });

  it('is whole as well where a file system of its own is mounted, which no rename replaces', async () => {
    const tree = makeTree({ 'var/lib/db/1': 'one', 'var/lib/db/.2': 'two', 'var/lib/db/a b/3': 'x' });
    changeEntry(tree, 'var/lib/db', { mode: 0o750, uid: 105, gid: 106 });
    await emptyVar(tree);
    mkdirSync(at('var/lib/db'), { recursive: true });
    await host.lay(tree);
    const folder = at('var/lib/db');
    const show = `ls -A ${folder} | tr '\\n' ' '; stat -c %a:%u:%g ${folder}; cat ${at('var/lib/interlock/seeds')}; ls ${at('var/lib/interlock')} | tr '\\n' ' '`;
    let limit = 0;
    for (let cut = true; cut; ) {
      limit++;
      cutting(0);
      const { PATH } = cutting(limit);
      const script = `mount -t tmpfs none ${folder} || exit 9; rm -rf ${at('var/lib/interlock')}
        PATH=${PATH} setsid ${laySeeds} ${host.root}; echo $?
        PATH=${at('lasting')}:$PATH ${laySeeds} ${host.root} || exit 8
        ${show}`;
      const { stdout, status } = spawnSync('unshare', ['--mount', 'sh', '-c', script]);
      expect(status).toBe(0);
      const [first, ...lines] = stdout.toString().split('\n');
      expect(lines).toEqual(['.2 1 a b 750:105:106', '/var/lib/db', 'seeds ']);
      cut = first !== '0';
    }
    expect(limit).toBeGreaterThan(20);
  });

  it('keeps its extended attributes, such as capabilities', async () => {
    const tree = makeTree({ 'var/lib/app/run': 'x', 'var/lib/app/conf': 'x' });
    const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
    changeEntry(tree, 'var/lib/app/run', {
      mode: 0o755,
      xattrs: new Map([['security.capability', capability]]),
    });
    await emptyVar(tree);
    await host.boot(tree);
    const found = await host.look();
    expect(found.get('var/lib/app/run')?.xattrs).toEqual(new Map([['security.capability', capability]]));
  });

  it('does not come back: single files beside a packaged line, and after another release', async () => {
    const files = {
      'root/.ssh/authorized_keys': 'key',
      'usr/lib/tmpfiles.d/a.conf': 'd /root/.ssh 0700\n',
      'var/lib/db/1': 'x',
    };
    expect(await host.boot(await release(files))).toBe('');
    expect(lstatSync(at('var/roothome/.ssh')).mode & 0o777).toBe(0o700);
    rmSync(at('var/roothome/.ssh/authorized_keys'));
    rmSync(at('var/lib/db'), { recursive: true });
    const more = { ...files, 'root/.profile': 'new', 'var/lib/db/2': 'x' };
    expect(await host.boot(await release(more))).toBe('');
    expect(read('var/roothome/.profile')).toBe('new');
    expect(existsSync(at('var/roothome/.ssh/authorized_keys'))).toBe(false);
    expect(existsSync(at('var/lib/db'))).toBe(false);
    rmSync(at('var/roothome/.profile'));
    await host.boot(await release(files));
    await host.boot(await release(more));
    expect(existsSync(at('var/roothome/.profile'))).toBe(false);
    rmSync(at('var'), { recursive: true });
    mkdirSync(at('var'));
    await host.boot(await release(more));
    expect(read('var/roothome/.profile')).toBe('new');
  });

  it('leaves alone what a host has: files, links and folders, but for empty ones', async () => {
    const own = ['app/mine', 'file'];
    mkdirSync(at('var/lib/app'), { recursive: true });
    for (const name of own) writeFileSync(at(`var/lib/${name}`), 'mine');
    mkdirSync(at('var/lib/empty'));
    symlinkSync('/nowhere', at('var/lib/link'));
    const names = ['app', 'empty', 'file', 'link'].map((name) => [`var/lib/${name}/x`, 'x'] as const);
    await host.boot(await release(Object.fromEntries(names)));
    expect(own.map((name) => read(`var/lib/${name}`))).toEqual(['mine', 'mine']);
    expect(readdirSync(at('var/lib/app'))).toEqual(['mine']);
    expect(read('var/lib/empty/x')).toBe('x');
    expect(existsSync(at('var/lib/link'))).toBe(false);
  });

  it('is an overlay’s before a packaged line makes or replaces it, and comes after one that fills or empties its folder', async () => {
    const made = [
      'f /var/lib/a - - - - theirs',
      'f+ /var/lib/b - - - - theirs',
      'C /var/lib/c - - - - /etc/c',
    ];
    const links = ['L+ /var/lib/link - - - - /theirs', 'L+ /root/.link - - - - /theirs'];
    const rest = [
      'f /var/lib/kept - - - - theirs',
      'C /var/lib/full - - - - /usr/share/full',
      'D /var/lib/d',
    ];
    const tree = makeTree({
      'usr/lib/tmpfiles.d/a.conf': [...made, ...links, ...rest, ''].join('\n'),
      'usr/lib/tmpfiles.d/own.conf': 'f /var/lib/own 0600\n',
      'usr/share/full/theirs': 'theirs',
    });
    const files = ['var/lib/a', 'var/lib/b', 'var/lib/c', 'var/lib/own', 'var/lib/full/x', 'var/lib/d/x'];
    for (const path of files) putFile(tree, path, 'mine');
    for (const path of ['var/lib/link', 'root/.link']) putSymlink(tree, path, '/mine');
    await moveHomes(tree);
    const wanted = [...files, 'var/lib/link', 'root/.link', 'usr/lib/tmpfiles.d/own.conf'];
    await emptyVar(tree, {}, new Set(wanted));
    for (let boot = 0; boot < 2; boot++) {
      expect(await host.boot(tree)).toBe('');
      expect(files.map(read)).toEqual(files.map(() => 'mine'));
      expect([read('var/lib/full/theirs'), read('var/lib/kept')]).toEqual(['theirs', 'theirs']);
      expect(['var/lib/link', 'var/roothome/.link'].map((path) => readlinkSync(at(path)))).toEqual([
        '/mine',
        '/mine',
      ]);
    }
    expect(lstatSync(at('var/lib/own')).mode & 0o777).toBe(0o600);
  });

  it('follows no link of a user, and says what it did not copy', async () => {
    mkdirSync(at('var/home'), { recursive: true });
    mkdirSync(at('trap'));
    const tree = makeTree({ 'home/ops/.config/app': 'x', 'home/ops/.config/app2': 'x' });
    putSymlink(tree, 'home/ops/.config/link', 'app');
    tree.set('var/home/x', { ...tree.get('home/ops/.config/app')!, path: 'var/home/x' });
    await moveHomes(tree);
    await emptyVar(tree, { link: ['/home/ops/.config/app2'] });
    mkdirSync(at('var/home/ops'));
    symlinkSync(at('trap'), at('var/home/ops/.config'));
    spawnSync('chown', ['-h', '1000', at('var/home/ops/.config')]);
    await host.boot(tree);
    expect(existsSync(at('trap/app'))).toBe(false);
    expect(read('var/home/x')).toBe('x');
    const { stderr, status } = spawnSync(laySeeds, [host.root]);
    expect(stderr.toString()).toMatch(
      /^\/var\/home\/ops\/.config\/app: not copied from the image: the host has/,
    );
    expect(status).toBe(0);
  });
});
