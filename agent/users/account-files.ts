/** The databases of users and groups in /etc, in the order they are written: who is in the last one is in all. */
export const accountFiles = ['group', 'gshadow', 'subuid', 'subgid', 'shadow', 'passwd'] as const;
/** One of them. */
export type AccountFile = (typeof accountFiles)[number];
/** Their lines; null where there is no such file. */
export type Accounts = Record<AccountFile, readonly string[] | null>;

/** Which field of a line is its number, where it has one that others refer to. */
export const numberField: Partial<Record<AccountFile, number>> = { passwd: 2, group: 2 };
/** Which fields list names. */
export const nameLists: Partial<Record<AccountFile, readonly number[]>> = { group: [3], gshadow: [2, 3] };
/** Which database says whether two lines of one name mean the same account. */
export const decidedBy: Partial<Record<AccountFile, AccountFile>> = { shadow: 'passwd', gshadow: 'group' };

/** No line anywhere. */
export const noAccounts: Accounts = {
  passwd: null,
  group: null,
  shadow: null,
  gshadow: null,
  subuid: null,
  subgid: null,
};

/** What names a line: its first field, or all of it where one name has several lines or the line is no account. */
export function keyOf(file: AccountFile, line: string): string {
  return file === 'subuid' || file === 'subgid' || !line.includes(':')
    ? line
    : line.slice(0, line.indexOf(':'));
}

/** The lines of a database by what names them; of two with one name the first counts, as it does for who looks it up. */
export function byKey(file: AccountFile, lines: readonly string[] | null): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines ?? []) if (!found.has(keyOf(file, line))) found.set(keyOf(file, line), line);
  return found;
}

/** The names in a list of names. */
export function namesIn(list: string | undefined): string[] {
  return (list ?? '').split(',').filter(Boolean);
}
