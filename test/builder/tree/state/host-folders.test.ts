import { expect, it } from 'vitest';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { keepStatus } from '../../../../builder/tree/normalise/keep-status.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { moveHomes } from '../../../../builder/tree/state/move-homes.ts';
import { declareUsers } from '../../../../builder/tree/users/declare-users.ts';

const fresh = (): Tree => {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  putDirectory(tree, 'var');
  return tree;
};
const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();
const lines = async (tree: Tree) =>
  (await text(tree, 'usr/lib/tmpfiles.d/zz-interlock-var.conf')).split('\n');

it('turns /var into lines that make it at each boot', async () => {
  const tree = fresh();
  putDirectory(tree, 'var/lib/db');
  tree.set('var/lib/db', { ...tree.get('var/lib/db')!, mode: 0o2750, uid: 103, gid: 8 });
  putDirectory(tree, 'var/lib/100% of a "name"');
  putSymlink(tree, 'var/run', '/run');
  await emptyVar(tree);
  expect(await lines(tree)).toEqual([
    'd /var/lib :0755 :0 :0 - -',
    'd "/var/lib/100%% of a \\"name\\"" :0755 :0 :0 - -',
    'd /var/lib/db :2750 :103 :8 - -',
    'L /var/run - - - - /run',
    '',
  ]);
  expect([...tree.keys()].filter((path) => path.startsWith('var/'))).toEqual([]);
  expect(tree.has('var')).toBe(true);
});

it('drops what installing left in /var, but for what an overlay put there', async () => {
  const tree = fresh();
  putFile(tree, 'var/lib/pam/auth', 'x');
  putFile(tree, 'var/lib/python/mine', 'x');
  await emptyVar(tree, {}, new Set(['var/lib/python/mine']));
  expect(await lines(tree)).toEqual(['d /var/lib :0755 :0 :0 - -', '']);
  expect(await text(tree, 'usr/lib/interlock/seeds')).toBe('/var/lib/python\n');
});

it('links what belongs to the host into /var, with its content', async () => {
  const tree = fresh();
  putDirectory(tree, 'root', 0o700);
  putFile(tree, 'root/.bashrc', 'x');
  putDirectory(tree, 'usr/local/bin');
  putFile(
    tree,
    'usr/lib/tmpfiles.d/home.conf',
    '# /root\nQ /home 0755 - - -\nd= /root/.ssh :0700\nd /rooted\n',
  );
  await moveHomes(tree);
  const links = ['root', 'home', 'opt', 'srv', 'usr/local'].map((path) => tree.get(path)?.linkname);
  expect(links).toEqual(['var/roothome', 'var/home', 'var/opt', 'var/srv', '../var/usrlocal']);
  expect(await text(tree, 'usr/lib/tmpfiles.d/home.conf')).toBe(
    '# /root\nQ /var/home 0755 - - -\nd= /var/roothome/.ssh :0700\nd /rooted\n',
  );
  await emptyVar(tree);
  expect(await lines(tree)).toContain('d /var/roothome :0700 :0 :0 - -');
  expect(await lines(tree)).toContain('d /var/usrlocal/bin :0755 :0 :0 - -');
});

it('declares users and groups with their numbers, instead of the packages', async () => {
  const tree = fresh();
  putFile(tree, 'etc/passwd', 'root:x:0:0:root:/root:/bin/bash\netcd:x:105:106:100% "e":/var/lib/etcd:\n');
  putFile(tree, 'etc/group', 'root:x:0:\nadm:x:4:etcd,root\netcd:x:106:\n');
  putFile(tree, 'usr/lib/sysusers.d/etcd.conf', 'u etcd -\n');
  await declareUsers(tree);
  expect((await text(tree, 'usr/lib/sysusers.d/00-interlock.conf')).trim().split('\n')).toEqual([
    'g root 0',
    'g adm 4',
    'g etcd 106',
    'u root 0:0 "root" "/root" "/bin/bash"',
    'u etcd 105:106 "100%% \\"e\\"" "/var/lib/etcd" -',
    'm etcd adm',
    'm root adm',
  ]);
  expect(tree.has('usr/lib/sysusers.d/etcd.conf')).toBe(false);
});

it('keeps the list of packages for scanners', async () => {
  const tree = fresh();
  putFile(tree, 'var/lib/dpkg/status', 'Package: a\n');
  putFile(tree, 'var/lib/dpkg/info/a.list', '/\n');
  await keepStatus(tree);
  expect(await text(tree, 'usr/lib/sysimage/dpkg/status')).toBe('Package: a\n');
  expect([...tree.keys()].filter((path) => path.startsWith('var/lib/dpkg'))).toEqual([]);
});
