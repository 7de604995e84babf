import { expect, it } from 'vitest';
import { putFile } from '../../../builder/build/tree/change.ts';
import type { Tree } from '../../../builder/build/tree/entry.ts';
import { formatUsersLock, lockUsers, parseUsersLock } from '../../../builder/build/users/users-lock.ts';

const text = (...lines: string[]) =>
  `# Numbers that files in /var carry: a name keeps its own for ever.\n${lines.map((line) => `${line}\n`).join('')}`;
const locked = text('group etcd 106', 'group gone 77', 'user etcd 105 106');
const lock = parseUsersLock(locked, 'users.lock');

function treeWith(...users: string[]): Tree {
  const tree: Tree = new Map();
  putFile(
    tree,
    'etc/passwd',
    users.map((user) => `${user.split(':')[0]}:x:${user.slice(user.indexOf(':') + 1)}::/:\n`).join(''),
  );
  putFile(tree, 'etc/group', 'etcd:x:106:\n');
  return tree;
}

it('adds new names and keeps those that went', async () => {
  const next = await lockUsers(treeWith('etcd:105:106', 'new:200:106'), lock);
  expect(formatUsersLock(next)).toBe(
    text('group etcd 106', 'group gone 77', 'user etcd 105 106', 'user new 200 106'),
  );
});

it.each([
  ['etcd:104:106', /user etcd was 105 106 and is 104 106/],
  ['other:105:106', /user other has the number of user etcd/],
])('refuses a number that changes: %s', async (user, problem) => {
  await expect(lockUsers(treeWith(user), lock)).rejects.toThrow(problem);
});

it.each(['user a', 'group a x', 'etcd 1', 'group etcd 1\ngroup etcd 1'])('refuses the line %j', (line) => {
  expect(() => parseUsersLock(line, 'users.lock')).toThrow(/users\.lock:[12]/);
});
