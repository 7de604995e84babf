/** What a host has after user-data, in a form that does not depend on which numbers were free. */
export interface Seen {
  users: Record<string, unknown>;
  groups: Record<string, string[]>;
  files: Record<string, unknown>;
  sudoers: string[];
}

/** What was found on a host: files as path, mode, owner, group and content in base64. */
export interface Raw {
  files: [string, number, number, number, string | null][];
  sudoers: string[];
  accounts: Record<string, string[]>;
  problems: string[];
}

/** Names in place of numbers; numbers only of users to whom the document gave them. */
export function seenIn({ files, sudoers, accounts }: Raw, numbered: ReadonlySet<string>): Seen {
  const rows = (name: string) => (accounts[name] ?? []).map((line) => line.split(':'));
  const nameOf = (name: string, id: number | string) =>
    rows(name).find((row) => row[2] === String(id))?.[0] ?? `number ${id}`;
  const shadow = new Map(rows('shadow').map((row) => [row[0], row]));
  const users = rows('passwd').map(([name = '', , uid = '', gid = '', ...rest]) => {
    const [, password, , least, most, warn, , expires] = shadow.get(name) ?? [];
    const given = numbered.has(name) ? uid : 'chosen';
    return [name, { given, group: nameOf('group', gid), rest, password, least, most, warn, expires }];
  });
  return {
    users: Object.fromEntries(users),
    groups: Object.fromEntries(
      rows('group').map(([name = '', , , members = '']) => [name, members.split(',').toSorted()]),
    ),
    files: Object.fromEntries(
      files.map(([path, mode, uid, gid, content]) => [
        path,
        {
          mode: mode.toString(8),
          owner: nameOf('passwd', uid),
          group: nameOf('group', gid),
          content: sorted(path, content),
        },
      ]),
    ),
    sudoers: sudoers.toSorted(),
  };
}

/** The order of keys says nothing. */
function sorted(path: string, content: string | null): string | null {
  if (content === null || !path.endsWith('/authorized_keys')) return content;
  return Buffer.from(content, 'base64').toString().split('\n').filter(Boolean).toSorted().join('\n');
}
