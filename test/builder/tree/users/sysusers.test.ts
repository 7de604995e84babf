import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { emptyUsersLock, parseUsersLock } from '../../../../builder/tree/users/accounts/users-lock.ts';
import { declareUsers } from '../../../../builder/tree/users/declare-users.ts';
import { applySysusers } from '../../../../builder/tree/users/sysusers/apply-sysusers.ts';

const present = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nold:x:150:151:kept:/old:/bin/sh\n',
  'etc/group': 'root:x:0:\nold:x:151:\nadm:x:4:old\n',
  'etc/shadow': 'root:*::0:99999:7:::\nold:$y$x::::::1:\n',
  'etc/gshadow': 'root:*::\nold:!::\nadm:*::old\n',
};

const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();
const treeWith = (...lines: string[]): Tree => {
  const tree: Tree = new Map();
  for (const [path, content] of Object.entries(present)) putFile(tree, path, content);
  putFile(tree, 'usr/lib/sysusers.d/app.conf', `${lines.join('\n')}\n`);
  return tree;
};
const users = (lock: string) => ({ lock: parseUsersLock(lock, 'users.lock') });
const uidOf = async (tree: Tree, name: string) =>
  new RegExp(`^${name}:x:(\\d+):(\\d+)`, 'm')
    .exec(await text(tree, 'etc/passwd'))
    ?.slice(1)
    .join(':');

describe('the same accounts as systemd-sysusers makes', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sysusers-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each([
    ['any number', 'u app -'],
    ['nothing but the name', 'u app'],
    ['a number', 'u app 450 "An app" /var/lib/app /bin/sh'],
    ['a group of its own and of others', 'g web 460\nu app 450:web'],
    ['the number of a group', 'g web 460\nu app 450:460'],
    ['any number and a group', 'g web -\nu app -:web - /srv/app'],
    ['a group alone', 'g web 470\ng data'],
    ['members', 'u app 450\nm app adm\nm app adm\nm old adm'],
    ['members that nobody declares', 'm app web'],
    ['two lines for one', 'u app 450 first\nu app 450 second'],
    ['what is there', 'u old 600 other /other /bin/bash\ng adm 700'],
    ['quotes and comments', '# no\n  \n; no\nu app 450 \'a "b" c\' "/var/lib/a b" -'],
    ['escapes', 'u app 450 "100%% \\\\ \\" x"'],
    ['a range', 'r - 300-310\nu app -\ng data -'],
    ['capitals', 'u Debian-app 450\nu _app 451'],
  ])('%s', async (_, lines) => {
    const tree = treeWith(lines);
    await applySysusers(tree, emptyUsersLock);
    for (const [path, content] of [...Object.entries(present), ['usr/lib/sysusers.d/app.conf', lines]]) {
      mkdirSync(dirname(join(root, path!)), { recursive: true });
      writeFileSync(join(root, path!), content!);
    }
    execFileSync('systemd-sysusers', [`--root=${root}`], { stdio: 'ignore' });
    for (const path of Object.keys(present)) {
      const theirs = readFileSync(join(root, path), 'utf8').replace(/^([^:]*:!\*:)\d+(?=::::::)/gm, '$1');
      expect(comparable(path, await text(tree, path)), path).toEqual(comparable(path, theirs));
    }
  });
});

/** Lines and members in any order; numbers that were not asked for may be others. */
function comparable(path: string, content: string): string[] {
  const isFree = (field: string) => /^\d{3}$/.test(field) && !/^(4\d\d|15\d)$/.test(field);
  const one = (field: string) => (isFree(field) && !path.endsWith('shadow') ? 'free' : field);
  const lines = content.split('\n').filter(Boolean);
  return lines
    .map((line) => line.split(':').map((field) => one(field).split(',').toSorted().join(',')))
    .map((fields) => fields.join(':'))
    .toSorted();
}

it('gives a host with its own /etc/passwd the numbers of the image', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sysusers-'));
  try {
    const tree = treeWith('u app 450 "An app" /var/lib/app /bin/sh', 'g web 460', 'm app web', 'm app adm');
    await applySysusers(tree, emptyUsersLock);
    await declareUsers(tree);
    const declared = 'usr/lib/sysusers.d/00-interlock.conf';
    mkdirSync(dirname(join(root, declared)), { recursive: true });
    writeFileSync(join(root, declared), await text(tree, declared));
    mkdirSync(join(root, 'etc'));
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/bash\nme:x:1000:1000::/home/me:/bin/bash\n',
    );
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nme:x:1000:\nadm:x:4:me\n');
    execFileSync('systemd-sysusers', [`--root=${root}`], { stdio: 'ignore' });
    expect(readFileSync(join(root, 'etc/passwd'), 'utf8')).toBe(
      [
        'root:x:0:0:root:/root:/bin/bash',
        'me:x:1000:1000::/home/me:/bin/bash',
        'old:x:150:151:kept:/old:/bin/sh',
        'app:x:450:450:An app:/var/lib/app:/bin/sh\n',
      ].join('\n'),
    );
    const groups = readFileSync(join(root, 'etc/group'), 'utf8');
    expect(groups).toContain('adm:x:4:app,me,old\n');
    expect(groups).toContain('web:x:460:app\n');
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('takes the numbers of the lock, and for a new name none of it', async () => {
  const { lock } = users(
    'user app:x:998:997:::\ngroup app:x:997:\nuser gone:x:999:999:::\ngroup gone:x:996:\n',
  );
  const tree = treeWith('u new -', 'u app -', 'g web -');
  await applySysusers(tree, lock);
  expect(await uidOf(tree, 'app')).toBe('998:997');
  expect(await uidOf(tree, 'new')).toBe('994:994');
  expect(await text(tree, 'etc/group')).toContain('web:x:995:\n');
});

it('takes the owner of a file', async () => {
  const tree = treeWith('u app /usr/bin/app', 'u none /usr/bin/none', 'u su /usr/bin/su');
  putFile(tree, 'usr/bin/app', '');
  tree.set('usr/bin/app', { ...tree.get('usr/bin/app')!, uid: 555, gid: 556 });
  putFile(tree, 'usr/bin/su', '');
  await applySysusers(tree, emptyUsersLock);
  expect(await uidOf(tree, 'app')).toBe('555:556');
  expect(await uidOf(tree, 'none')).toBe('999:999');
  expect(await uidOf(tree, 'su')).toBe('998:998');
});

it('locks an account, also on hosts', async () => {
  const tree = treeWith('u! app 450 "An app"');
  await applySysusers(tree, emptyUsersLock);
  await declareUsers(tree);
  expect(await text(tree, 'etc/shadow')).toContain('app:!*::::::1:\n');
  expect(await text(tree, 'usr/lib/sysusers.d/00-interlock.conf')).toContain(
    'u! app 450:450 "An app" "/" "/usr/sbin/nologin"',
  );
});

it('lets /etc go before vendors, and a mask hide a file', async () => {
  const tree = treeWith('u app 450');
  putFile(tree, 'etc/sysusers.d/app.conf', 'u app 451\n');
  putFile(tree, 'usr/lib/sysusers.d/hidden.conf', 'u hidden -\n');
  putSymlink(tree, 'etc/sysusers.d/hidden.conf', '/dev/null');
  putFile(tree, 'usr/share/late', 'u late 452\n');
  putSymlink(tree, 'usr/lib/sysusers.d/zz.conf', '../../share/late');
  await applySysusers(tree, emptyUsersLock);
  expect(await text(tree, 'etc/passwd')).toMatch(/old:.*\napp:x:451:451::.*\nlate:x:452:452:.*\n$/);
  await declareUsers(tree);
  const files = [...tree.keys()].filter((path) => path.includes('sysusers.d/'));
  expect(files).toEqual(['usr/lib/sysusers.d/00-interlock.conf']);
});

it.each([
  ['u a.b -', /app\.conf:1: “u a\.b -” names no user/],
  ['\nu app 150', /app\.conf:2: uid 150 is old’s, not for app/],
  ['u app 450 "x', /quote/],
  ['u app x', /no number/],
  ['u app 450:nowhere', /app is for nowhere/],
  ['u app 65535', /no number/],
  ['u app - %m', /specifier %m/],
  ['u app - a:b', /colon/],
  ['u app - a b c d', /after the last/],
  ['x app', /begins with x/],
  ['r - x', /not a range/],
  ['m app', /names no group/],
  ['u locked 5', /locked has uid 7 in users\.lock/],
  ['u app 7', /uid 7 is locked’s in users\.lock and on hosts, not for app/],
])('refuses %j with its place', async (line, problem) => {
  const { lock } = users('user locked:x:7:7:::\n');
  await expect(applySysusers(treeWith(line), lock)).rejects.toThrow(problem);
});
