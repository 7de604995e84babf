import { readBody, type Tree } from '../tree/entry.ts';
import { follow } from '../tree/follow.ts';
import type { Finding } from './finding.ts';
import type { ReadUnit } from './read-unit.ts';

/** Names that systemd or the kernel knows without a file. */
const builtIn = ['root', 'nobody', 'nogroup'];

/** Gives a function that says which users and groups of a service nobody makes: neither /etc nor a sysusers.d(5) file. */
export async function readUsers(tree: Tree): Promise<(unit: ReadUnit) => Finding[]> {
  const users = new Set([...builtIn, ...(await namesIn(tree, 'etc/passwd'))]);
  const groups = new Set([...builtIn, ...(await namesIn(tree, 'etc/group'))]);
  for (const { path } of [...tree.values()]) {
    if (!/^(usr\/lib|etc)\/sysusers\.d\/[^/]+\.conf$/.test(path)) continue;
    for (const line of (await textOf(tree, path)).split('\n')) {
      const [kind = '', name = ''] = line.trim().split(/\s+/);
      if (/^u!?$/.test(kind)) users.add(name);
      if (/^[ug]!?$/.test(kind)) groups.add(name);
    }
  }
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

async function namesIn(tree: Tree, path: string): Promise<string[]> {
  return (await textOf(tree, path))
    .split('\n')
    .map((line) => line.split(':')[0]!)
    .filter(Boolean);
}

async function textOf(tree: Tree, path: string): Promise<string> {
  const entry = follow(tree, path);
  return entry?.type === 'file' ? (await readBody(entry.body)).toString('utf8') : '';
}
