import type { Plan, PlannedUser } from '../../../protocol/user-data/plan.ts';
import { run } from '../../../system/process/run.ts';
import { addGroup, addMembers, addUser } from '../../users/add-accounts.ts';
import { changeAccounts } from '../../users/change-accounts.ts';
import { addKeys } from './add-keys.ts';
import type { Item } from './item.ts';
import { makeHome } from './make-home.ts';
import { isThere, putFile } from './write-file.ts';

/** Groups, users with their homes, keys and rights, and who is a member of what. */
export function userItems(root: string, plan: Plan, now: Date): Item[] {
  const { groups, users, rootKeys } = plan;
  return [
    ...groups.map((group) => ({
      name: `group ${group.name}`,
      apply: () => changeAccounts(root, now, (book) => addGroup(book, group)),
    })),
    ...users.map((user) => ({ name: `user ${user.name}`, apply: () => applyUser(root, user, now) })),
    ...groups
      .filter(({ members }) => members.length > 0)
      .map(({ name, members }) => ({
        name: `members of ${name}`,
        apply: () => changeAccounts(root, now, (book) => addMembers(book, name, members)),
      })),
    ...(rootKeys.length > 0
      ? [
          {
            name: 'keys of root',
            apply: () =>
              addKeys(
                root,
                'root',
                rootKeys.map(({ key }) => key),
              ),
          },
        ]
      : []),
  ];
}

async function applyUser(root: string, user: PlannedUser, now: Date): Promise<void> {
  await changeAccounts(root, now, (book) => addUser(book, user));
  if (user.createHome && !user.system) await makeHome(root, user.name);
  await addKeys(root, user.name, user.sshKeys);
  if (user.sudo.length > 0) await allow(root, user);
}

/** A file that sudo refuses makes it refuse everybody, so it is looked at first. */
async function allow(root: string, { name, sudo }: PlannedUser): Promise<void> {
  if (!(await isThere(root, '/usr/bin/sudo'))) throw new Error('the image has no sudo');
  // sudo skips files with a dot in their name
  const path = `/etc/sudoers.d/50-${name.replaceAll('.', '_')}`;
  const text = sudo.map((rule) => `${name} ${rule}\n`).join('');
  if (await isThere(root, '/usr/sbin/visudo')) await run('visudo', ['-c', '-q', '-f', '-'], { input: text });
  await putFile(root, path, text, 0o440);
}
