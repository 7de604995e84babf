import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putDirectory, putFile } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { readUsers } from '../../../../builder/tree/users/accounts/read-users.ts';
import {
  formatUsersLock,
  parseUsersLock,
  usersLockLines,
} from '../../../../builder/tree/users/accounts/users-lock.ts';
import { applyUsersLock, lockUsers } from '../../../../builder/tree/users/apply-users-lock.ts';
import { mergeUsers } from '../../../../builder/tree/users/merge-users.ts';
import { numbersKey } from '../../../../builder/tree/users/numbers-key.ts';
import { formatUserChanges, userChanges } from '../../../../builder/tree/users/user-changes.ts';
import { writtenNumbers } from '../../../../builder/tree/users/written-numbers.ts';
import { keepUsersLock, readUsersLock } from '../../../../cli/users-lock.ts';

const head =
  '# Users and groups, also those that went: files on hosts carry their numbers, so a name keeps its own for ever.\nformat 2\n';
const parse = (...lines: string[]) => parseUsersLock(lines.join('\n'), 'users.lock');

/** A tree of passwd(5) and group(5) lines where `/var/lib/NAME` is each user's. */
function treeWith(users: string[], groups: string[] = [], files: Record<string, string> = {}): Tree {
  const tree: Tree = new Map();
  putFile(tree, 'etc/passwd', users.map((line) => `${line}\n`).join(''));
  putFile(tree, 'etc/group', groups.map((line) => `${line}\n`).join(''));
  for (const user of users) {
    const [name = '', , uid, gid] = user.split(':');
    own(tree, `var/lib/${name}`, Number(uid), Number(gid));
  }
  for (const [path, content] of Object.entries(files)) putFile(tree, path, content);
  return tree;
}

function own(tree: Tree, path: string, uid: number, gid: number) {
  putDirectory(tree, path);
  tree.set(path, { ...tree.get(path)!, uid, gid });
}

const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();
const numbers = async (tree: Tree) => {
  const { users, groups } = await readUsers(tree);
  return Object.fromEntries([
    ...users.map(({ name, uid, gid }) => [name, `${uid}:${gid}`]),
    ...groups.map(({ name, gid }) => [`@${name}`, gid]),
  ]);
};

it('keeps whole lines by name, and those of names that went', async () => {
  const lock = parse('user gone:x:77:77:G:/g:/bin/sh', 'group gone:x:77:', 'group etcd:x:106:old');
  const tree = treeWith(['etcd:!:105:106:É:/var/lib/etcd:/bin/sh'], ['etcd:x:106:b,a'], {
    'etc/subuid': 'etcd:100000:65536\n',
  });
  const written = formatUsersLock(await lockUsers(tree, lock));
  expect(written).toBe(
    `${head}group etcd:x:106:a,b\ngroup gone:x:77:\nsubuid etcd:100000:65536\nuser etcd:x:105:106:É:/var/lib/etcd:/bin/sh\nuser gone:x:77:77:G:/g:/bin/sh\n`,
  );
  expect(formatUsersLock(parseUsersLock(written, 'users.lock'))).toBe(written);
});

it('reads the first format, and writes the second', async () => {
  const lock = parse('# old', 'group etcd 106', 'user etcd 105 106', 'user gone 7 8');
  const tree = treeWith(['etcd:x:998:997:e:/e:/bin/sh'], ['etcd:x:997:']);
  await applyUsersLock(tree, lock);
  expect(formatUsersLock(await lockUsers(tree, lock))).toBe(
    `${head}group etcd:x:106:\nuser etcd:x:105:106:e:/e:/bin/sh\nuser gone:x:7:8:::\n`,
  );
});

it.each([
  'user a',
  'group a x',
  'etcd 1',
  'group etcd 1\ngroup etcd 1',
  'user a:x:1:1:::\nuser b:x:1:1:::',
  'user a:$6$x:1:1:::',
  'user a:x:1:1::/',
  'user a:x:4294967295:1:::',
  'group a:x::',
  'format 3',
  'subuid a:1',
])('refuses the line %j', (line) => {
  expect(() => parse(...line.split('\n'))).toThrow(/users\.lock:[12]: /);
});

it('moves numbers that another package shifted, with all that has them', async () => {
  const lock = parse('user a:x:998:998:::', 'user b:x:997:997:::', 'group a:x:998:', 'group b:x:997:');
  const users = ['root:x:0:0:root:/root:/bin/sh', 'new:x:998:998::/:', 'a:x:997:997::/:', 'b:x:996:996::/:'];
  const tree = treeWith(users, ['root:x:0:', 'new:x:998:', 'a:x:997:b', 'b:x:996:']);
  own(tree, 'var/lib/shared', 998, 997);
  const acl = Buffer.from(
    '02000000010007000000000002000700e5030000080005 00e4030000'.replace(' ', ''),
    'hex',
  );
  tree.set('srv', {
    ...tree.get('var/lib')!,
    path: 'srv',
    xattrs: new Map([['system.posix_acl_access', acl]]),
  });
  const key = await numbersKey('k', tree);
  await applyUsersLock(tree, lock);
  expect(await numbers(tree)).toEqual({
    root: '0:0',
    'new': '999:999',
    a: '998:998',
    b: '997:997',
    '@root': 0,
    '@new': 999,
    '@a': 998,
    '@b': 997,
  });
  expect(tree.get('var/lib/a')).toMatchObject({ uid: 998, gid: 998 });
  expect(tree.get('var/lib/b')).toMatchObject({ uid: 997, gid: 997 });
  expect(tree.get('var/lib/shared')).toMatchObject({ uid: 999, gid: 998 });
  const list = tree.get('srv')!.xattrs.get('system.posix_acl_access')!;
  expect([list.readUInt32LE(16), list.readUInt32LE(24)]).toEqual([998, 997]);
  expect(await text(tree, 'etc/group')).toContain('a:x:998:b\n');
  const moved = await numbersKey('k', tree);
  expect(moved).not.toBe(key);
  await applyUsersLock(tree, parse(...usersLockLines(lock), 'user more:x:5:5:::'));
  expect(await numbersKey('k', tree)).toBe(moved);
});

it('gives a new name no number of one that went, and makes no account for it', async () => {
  const lock = parse('user gone:x:999:999:::', 'group gone:x:998:', 'user bob:x:1000:1000:::');
  const tree = treeWith(['new:x:999:998::/:', 'al:x:1000:100::/home/al:'], ['new:x:998:', 'users:x:100:']);
  await applyUsersLock(tree, lock);
  expect(await numbers(tree)).toEqual({
    'new': '997:997',
    al: '1001:100',
    '@new': 997,
    '@users': 100,
  });
});

it('lets a package change everything but the number', async () => {
  const lock = parse('user a:x:998:998:old:/old:/bin/sh', 'group a:x:998:', 'group adm:x:4:a');
  const tree = treeWith(['a:x:150:8:new:/new:/bin/bash'], ['adm:x:4:', 'mail:x:8:a']);
  await applyUsersLock(tree, lock);
  expect(await text(tree, 'etc/passwd')).toBe('a:x:998:8:new:/new:/bin/bash\n');
  expect(await text(tree, 'etc/group')).toBe('adm:x:4:\nmail:x:8:a\n');
});

it('never gives what nobody owns to whom a number moves to', async () => {
  const tree = treeWith(['a:x:998:998::/:'], ['a:x:998:']);
  own(tree, 'usr/share/stray', 555, 0);
  await expect(applyUsersLock(tree, parse('user a:x:555:555:::'))).rejects.toThrow(
    /users\.lock: \/usr\/share\/stray has uid 555, .*chown/,
  );
});

it.each([
  ['a.b:x:5:5::/:', /user a\.b: a name has letters/],
  ['host$:x:5:5::/:', /user host\$/],
  ['1a:x:5:5::/:', /user 1a/],
  ['toor:x:0:0::/:', /users root and toor share uid 0/],
  ['root:x:5:0::/:', /user root is there twice/],
  ['+::::::', /\/etc\/passwd:2: “\+::::::” is not a line of passwd/],
])('refuses an account that systemd could not give to a host: %s', async (line, problem) => {
  const tree = treeWith(['root:x:0:0::/root:/bin/sh']);
  putFile(tree, 'etc/passwd', `root:x:0:0::/root:/bin/sh\n${line}\n`);
  await expect(applyUsersLock(tree, parse(''))).rejects.toThrow(problem);
});

it('takes names with capitals, as Debian has', async () => {
  const tree = treeWith(['Debian-exim:x:105:106::/:', '_apt:x:42:65534::/:']);
  await expect(applyUsersLock(tree, parse(''))).resolves.toEqual({ uids: [], gids: [] });
});

it('keeps the ranges that users hand to containers', async () => {
  const lock = parse('subuid ops:100000:65536', 'subuid gone:165536:65536');
  const tree = treeWith([], [], { 'etc/subuid': 'alice:100000:65536\nops:165536:65536\n' });
  await applyUsersLock(tree, lock);
  expect(await text(tree, 'etc/subuid')).toBe('alice:231072:65536\nops:100000:65536\n');
  putFile(tree, 'etc/subuid', 'ops:100000:1000\n');
  await expect(applyUsersLock(tree, lock)).rejects.toThrow(
    '/etc/subuid: ops has 100000:1000, and 100000:65536 in users.lock: its files on hosts are in that range',
  );
});

it('tells which lines are new and which a package changed', () => {
  const before = parse('user a:x:1:1:::/bin/sh', 'group a:x:1:', 'user old:x:2:2:::', 'group adm:x:4:b');
  const after = parse(
    'user a:x:1:1::/a:/bin/sh',
    'group a:x:1:',
    'user old:x:2:2::/:/x',
    'group adm:x:4:a,b',
  );
  const changes = userChanges(before, { ...after, subuids: new Map([['a', ['100000:65536']]]) });
  expect(formatUserChanges(changes)).toEqual([
    '~ group adm:x:4:b → group adm:x:4:a,b',
    '+ subuid a:100000:65536',
    '~ user a:x:1:1:::/bin/sh → user a:x:1:1::/a:/bin/sh',
  ]);
});

it('tells which file of a script seems to hold a number that moved', async () => {
  const files = {
    'etc/app.conf': 'dir = /run/user/1001/app\n',
    'etc/other.conf': 'port = 11001\nversion = 1001.2\n',
    'usr/share/app/data': '1001\n',
    'etc/skel/.bashrc': 'HISTSIZE=1001\n',
    'home/ops/.bashrc': 'HISTSIZE=1001\n',
    'var/lib/dpkg/info/app.list': '/usr/share/app/data\n/etc/skel/.bashrc\n',
  };
  const tree = treeWith(['new:x:1000:100::/:', 'ops:x:1001:100::/:'], ['users:x:100:'], files);
  const moves = await applyUsersLock(tree, parse('user ops:x:1000:100:::'));
  expect(await writtenNumbers(tree, moves)).toEqual([
    '/etc/app.conf holds 1001; if that is a user’s or group’s number, it is 1000 by users.lock',
  ]);
});

describe('what brings its own /etc/passwd', () => {
  const lock = parse('user app:x:900:900:::', 'group app:x:900:');
  const below = () =>
    treeWith(['root:x:0:0::/root:/bin/sh', 'net:x:998:998::/:'], ['root:x:0:', 'net:x:998:'], {
      'etc/shadow': 'root:*:::::::\nnet:!*:::::::\n',
    });

  it('has the numbers of the image, with its files', async () => {
    const tree = below();
    await mergeUsers(tree, lock, async () => {
      const over = treeWith(
        [
          'root:x:0:0::/root:/bin/ash',
          'app:x:998:998::/srv:/bin/sh',
          'net:x:5:5::/net:',
          'own:x:900:900::/:',
        ],
        ['root:x:0:', 'app:x:998:', 'net:x:5:app', 'own:x:900:'],
      );
      over.delete('var/lib/root');
      for (const [path, entry] of over) tree.set(path, entry);
    });
    expect(await text(tree, 'etc/passwd')).toBe(
      'root:x:0:0::/root:/bin/ash\napp:x:900:900::/srv:/bin/sh\nnet:x:998:998::/net:\nown:x:999:999::/:\n',
    );
    expect(await text(tree, 'etc/group')).toBe('root:x:0:\napp:x:900:\nnet:x:998:app\nown:x:999:\n');
    expect(['app', 'net', 'own'].map((name) => tree.get(`var/lib/${name}`)?.uid)).toEqual([900, 998, 999]);
    expect(await text(tree, 'etc/shadow')).toContain('net:!*:');
  });

  it('takes no user away', async () => {
    const tree = below();
    await mergeUsers(tree, lock, async () => {
      putFile(tree, 'etc/passwd', 'root:x:0:0:r:/root:/bin/sh\n');
      putFile(tree, 'etc/shadow', 'root:$y$x:::::::\n', 0o640);
    });
    expect(await text(tree, 'etc/passwd')).toBe('net:x:998:998::/:\nroot:x:0:0:r:/root:/bin/sh\n');
    expect(await text(tree, 'etc/shadow')).toBe('net:!*:::::::\nroot:$y$x:::::::\n');
    expect(tree.get('etc/shadow')?.mode).toBe(0o640);
  });
});

describe('the file beside image.toml', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'users-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const read = () => readFile(join(folder, 'users.lock'), 'utf8').catch(() => undefined);

  it('is made on request, and takes each new name from then on', async () => {
    const first = parse('group a:x:1:');
    expect(await keepUsersLock(folder, first, false)).toEqual([]);
    expect(await read()).toBeUndefined();
    await keepUsersLock(folder, first, true);
    expect(await keepUsersLock(folder, parse('group a:x:1:m'), false)).toEqual([]);
    expect(await read()).toBe(`${head}group a:x:1:\n`);
    const more = parse('group a:x:1:m', 'group b:x:2:');
    expect(await keepUsersLock(folder, more, false)).toHaveLength(2);
    expect(await readUsersLock(folder)).toEqual(more);
  });

  it('is not passed over when it cannot be read', async () => {
    await mkdir(join(folder, 'users.lock'));
    await expect(readUsersLock(folder)).rejects.toThrow(/EISDIR/);
  });
});
