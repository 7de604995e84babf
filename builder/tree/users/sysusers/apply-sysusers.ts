import { putFile } from '../../entries/change.ts';
import { bodyOf, readBody, type Tree } from '../../entries/entry.ts';
import { follow } from '../../entries/follow.ts';
import { formatGroup, formatUser } from '../accounts/format-account.ts';
import { readUsers } from '../accounts/read-users.ts';
import type { UsersLock } from '../accounts/users-lock.ts';
import { makeAccounts, type NewAccounts } from './make-accounts.ts';
import { readSysusers } from './read-sysusers.ts';

/**
 * Makes the users and groups that files of sysusers.d(5) declare and that do not exist yet: those of sources and overlays. Returns
 * what it added. A user comes without a password, as from systemd-sysusers. Throws `bad_input` with the line.
 */
export async function applySysusers(tree: Tree, lock: UsersLock): Promise<NewAccounts> {
  const owners = new Set([...tree.values()].flatMap(({ uid, gid }) => [uid, gid]));
  const around = { lock, owners, ownerOf: (path: string) => follow(tree, path) };
  const made = makeAccounts(await readSysusers(tree), await readUsers(tree), around);
  const { users, groups, locked, members } = made;
  await append(tree, 'etc/passwd', 0o644, users.map(formatUser));
  await append(
    tree,
    'etc/shadow',
    0o640,
    users.map(({ name }) => `${name}:!*::::::${locked.has(name) ? '1' : ''}:`),
  );
  await append(tree, 'etc/group', 0o644, groups.map(formatGroup));
  await append(
    tree,
    'etc/gshadow',
    0o640,
    groups.map(({ name }) => `${name}:!*::`),
  );
  for (const [path, field] of [
    ['etc/group', 3],
    ['etc/gshadow', 3],
  ] as const) {
    await addMembers(tree, path, field, members);
  }
  return made;
}

async function append(tree: Tree, path: string, mode: number, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const found = tree.get(path);
  if (found?.type !== 'file') putFile(tree, path, '', mode);
  const entry = tree.get(path)!;
  const text = await readBody(entry.body);
  const before = text.length === 0 || text.at(-1) === 0x0a ? text : Buffer.concat([text, Buffer.from('\n')]);
  tree.set(path, { ...entry, body: bodyOf(Buffer.concat([before, Buffer.from(`${lines.join('\n')}\n`)])) });
}

async function addMembers(
  tree: Tree,
  path: string,
  field: number,
  members: readonly [string, string][],
): Promise<void> {
  const entry = tree.get(path);
  if (entry?.type !== 'file' || members.length === 0) return;
  const text = (await readBody(entry.body)).toString('latin1');
  const lines = text.split('\n').map((line) => {
    const fields = line.split(':');
    const here = fields[field]?.split(',').filter(Boolean) ?? [];
    const more = members.filter(([name, group]) => group === fields[0] && !here.includes(name));
    if (more.length === 0) return line;
    return fields.with(field, [...new Set([...here, ...more.map(([name]) => name)])].join(',')).join(':');
  });
  tree.set(path, { ...entry, body: bodyOf(Buffer.from(lines.join('\n'), 'latin1')) });
}
