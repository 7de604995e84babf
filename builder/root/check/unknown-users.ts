import type { Tree } from '../../tree/entries/entry.ts';
import { readUsers } from '../../tree/users/accounts/read-users.ts';
import { readSysusers } from '../../tree/users/sysusers/read-sysusers.ts';
import type { Finding } from './finding.ts';
import type { ReadUnit } from './read-unit.ts';

/** Names that systemd or the kernel knows without a file. */
const builtIn = ['root', 'nobody', 'nogroup'];

/** Returns a function that lists the users and groups of a service that neither /etc nor a sysusers.d(5) file makes. */
export async function unknownUsers(tree: Tree): Promise<(unit: ReadUnit) => Finding[]> {
  const made = await readUsers(tree);
  const declared = await readSysusers(tree);
  const namesOf = (kinds: readonly string[]) =>
    declared.flatMap((line) => (kinds.includes(line.kind) && 'name' in line ? line.name : []));
  const users = new Set([...builtIn, ...made.users.map(({ name }) => name), ...namesOf(['user'])]);
  const groups = new Set([...builtIn, ...made.groups.map(({ name }) => name), ...namesOf(['user', 'group'])]);
  return ({ name, values }) => {
    const last = (key: string) => values.get(`Service.${key}`)?.at(-1);
    if (/^(yes|true|on|1)$/i.test(last('DynamicUser') ?? '')) return [];
    const check = (key: string, known: ReadonlySet<string>, what: string): Finding[] => {
      const wanted = last(key);
      if (wanted === undefined || known.has(wanted) || /^\d+$|%/.test(wanted)) return [];
      const text = `${name}: ${key}=${wanted}, and there is no such ${what}: add its package, or declare it in /usr/lib/sysusers.d`;
      return [{ text, path: null, isWarning: false }];
    };
    return [...check('User', users, 'user'), ...check('Group', groups, 'group')];
  };
}
