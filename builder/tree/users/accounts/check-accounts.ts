import type { Accounts } from './read-users.ts';

/** Names that systemd takes from sysusers.d(5). */
const declarable = /^[A-Za-z_][A-Za-z0-9_-]{0,30}$/;

/** Whether systemd-sysusers takes a name. */
export function isDeclarable(name: string): boolean {
  return declarable.test(name);
}

/**
 * What of an image's users and groups systemd-sysusers could not give to a host whose /etc/passwd is its own: names it
 * refuses, and numbers that two names share, of which it would change one.
 */
export function checkAccounts({ users, groups }: Accounts): string[] {
  return [
    ...problemsOf(
      'user',
      'uid',
      users.map(({ name, uid }) => [name, uid]),
    ),
    ...problemsOf(
      'group',
      'gid',
      groups.map(({ name, gid }) => [name, gid]),
    ),
  ];
}

function problemsOf(kind: string, number: string, found: readonly [string, number][]): string[] {
  const names = new Set<string>();
  const owners = new Map<number, string>();
  return found.flatMap(([name, id]) => {
    const owner = owners.get(id);
    const isAgain = names.has(name);
    names.add(name);
    owners.set(id, name);
    if (!isDeclarable(name)) {
      return [
        `${kind} ${name}: a name has letters, digits, “_” and “-” only, at most 31, and begins with no digit`,
      ];
    }
    if (isAgain) return [`${kind} ${name} is there twice`];
    return owner === undefined
      ? []
      : [`${kind}s ${owner} and ${name} share ${number} ${id}: give each its own`];
  });
}
