import type { PlannedGroup, PlannedUser } from '../../protocol/user-data/plan.ts';
import { type AccountFile, type Accounts, accountFiles, keyOf, namesIn } from './account-files.ts';

/** First number of users and groups that user-data make: images number people from 1000, and Debian's tools go on behind the highest. */
export const firstNumber = 20_000;
const lastNumber = 59_999;
const firstSubordinate = 100_000;
const subordinates = 65_536;

/** The accounts of a host while user-data change them. */
export interface Book {
  lines: Record<AccountFile, string[]>;
  /** Which files exist; no others are made, but for passwd and group. */
  exists: ReadonlySet<AccountFile>;
  /** Numbers that were given to names once, and to no other name again. */
  numbers: Map<string, number>;
  /** Days since 1970, as shadow(5) counts. */
  today: number;
  /** What a user gets who names no shell. */
  shell: string;
}

/** Opens a copy of accounts to be changed. */
export function openBook(
  accounts: Accounts,
  numbers: ReadonlyMap<string, number>,
  today: number,
  shell = '/bin/sh',
): Book {
  const lines = Object.fromEntries(accountFiles.map((file) => [file, [...(accounts[file] ?? [])]]));
  const exists = new Set(accountFiles.filter((file) => accounts[file] !== null));
  return { lines: lines as Book['lines'], exists, numbers: new Map(numbers), today, shell };
}

/** The accounts as they are now. */
export function closeBook({ lines, exists }: Book): Accounts {
  const kept = accountFiles.map((file) => [
    file,
    exists.has(file) || lines[file].length > 0 ? lines[file] : null,
  ]);
  return Object.fromEntries(kept) as Accounts;
}

/** Makes a group if there is none of its name; members join it later, when users are there. Throws what is in the way. */
export function addGroup(book: Book, { name, gid }: Pick<PlannedGroup, 'name' | 'gid'>): void {
  const there = fieldsOf(book, 'group', name);
  if (there) {
    if (gid !== undefined && Number(there[2]) !== gid)
      throw new Error(`there is a group ${name} with number ${there[2]} already`);
  } else {
    if (gid !== undefined && isUsed(book, 'group', gid))
      throw new Error(`number ${gid} has another group already`);
    const number = gid ?? chooseNumber(book, name);
    book.lines.group.push(`${name}:x:${number}:`);
  }
  // a power cut may have come between the two files
  if (book.exists.has('gshadow') && !fieldsOf(book, 'gshadow', name)) book.lines.gshadow.push(`${name}:!::`);
}

/** Adds members to a group that is there. Throws for a group or a user that is not. */
export function addMembers(book: Book, group: string, members: readonly string[]): void {
  for (const name of members)
    if (!fieldsOf(book, 'passwd', name)) throw new Error(`there is no user ${name}`);
  if (!fieldsOf(book, 'group', group)) throw new Error(`there is no group ${group}`);
  for (const file of ['group', 'gshadow'] as const) {
    change(book, file, group, (fields) => {
      fields[3] = [...new Set([...namesIn(fields[3]), ...members])].join(',');
    });
  }
}

/**
 * Makes a user with the group of its name, or changes what user-data may of one that is there: groups, and a password where
 * there is none. Groups that do not exist are made. Throws what is in the way.
 */
export function addUser(book: Book, user: PlannedUser): void {
  const there = fieldsOf(book, 'passwd', user.name);
  if (there && user.uid !== undefined && Number(there[2]) !== user.uid)
    throw new Error(`there is a user ${user.name} with number ${there[2]} already`);
  if (!there) makeUser(book, user);
  if (!fieldsOf(book, 'shadow', user.name)) book.lines.shadow.push(shadowLine(book, user));
  else if (user.passwordHash !== undefined) setPassword(book, user);
  for (const group of user.groups) {
    addGroup(book, { name: group });
    addMembers(book, group, [user.name]);
  }
}

function makeUser(book: Book, user: PlannedUser): void {
  const { name, uid } = user;
  if (uid !== undefined && isUsed(book, 'passwd', uid))
    throw new Error(`number ${uid} has another user already`);
  const number = uid ?? chooseNumber(book, name);
  const group = user.primaryGroup ?? (user.ownGroup ? name : 'users');
  const joined = fieldsOf(book, 'group', group);
  if (
    joined &&
    group === name &&
    user.primaryGroup === undefined &&
    Number(joined[2]) < firstNumber &&
    joined[2] !== String(number)
  )
    throw new Error(`there is a group ${name} already; to make it the user's, name it as primary_group`);
  const hasNumber = !joined && group === name && !isUsed(book, 'group', number);
  addGroup(book, hasNumber ? { name: group, gid: number } : { name: group });
  const gid = fieldsOf(book, 'group', group)![2];
  const home = user.home ?? `/home/${name}`;
  const shell = user.shell ?? book.shell;
  const line = [name, 'x', number, gid, user.gecos ?? '', home, shell].join(':');
  // these lines hold bytes
  book.lines.passwd.push(Buffer.from(line, 'utf8').toString('latin1'));
  for (const file of ['subuid', 'subgid'] as const) {
    if (user.system || !book.exists.has(file)) continue;
    if (book.lines[file].some((line) => line.startsWith(`${name}:`))) continue;
    const ends = book.lines[file].map((line) => line.split(':').slice(1).map(Number));
    const start = Math.max(firstSubordinate, ...ends.map(([from = 0, count = 0]) => from + count));
    book.lines[file].push(`${name}:${start}:${subordinates}`);
  }
}

function shadowLine({ today }: Book, { name, system, expires, ...user }: PlannedUser): string {
  const limits = system ? ['', '', ''] : ['0', '99999', '7'];
  // as useradd does it: system users do not grow old
  const over = expires === undefined || system ? '' : String(Date.parse(expires) / 86_400_000);
  return [name, passwordOf(user), today, ...limits, '', over, ''].join(':');
}

/** A locked password stays known: who unlocks the account has it again. */
function passwordOf({ passwordHash, locked }: Pick<PlannedUser, 'passwordHash' | 'locked'>): string {
  if (passwordHash === undefined) return '!';
  return locked ? `!${passwordHash}` : passwordHash;
}

function setPassword(book: Book, user: PlannedUser): void {
  change(book, 'shadow', user.name, (fields) => {
    if (!/^[!*]*$/.test(fields[1] ?? '')) return;
    fields[1] = passwordOf(user);
    fields[2] = String(book.today);
  });
}

function fieldsOf(book: Book, file: AccountFile, name: string): string[] | undefined {
  return book.lines[file].find((line) => keyOf(file, line) === name)?.split(':');
}

function change(book: Book, file: AccountFile, name: string, edit: (fields: string[]) => void): void {
  const at = book.lines[file].findIndex((line) => keyOf(file, line) === name);
  if (at < 0) return;
  const fields = book.lines[file][at]!.split(':');
  edit(fields);
  book.lines[file][at] = fields.join(':');
}

function isUsed(book: Book, file: 'passwd' | 'group', number: number): boolean {
  return book.lines[file].some((line) => line.split(':')[2] === String(number));
}

/** The number that the name had before, else the next that nothing has or had. */
function chooseNumber(book: Book, name: string): number {
  const isFree = (number: number) => !isUsed(book, 'passwd', number) && !isUsed(book, 'group', number);
  const before = book.numbers.get(name);
  if (before !== undefined && !isUsed(book, 'passwd', before)) return before;
  const given = new Set(book.numbers.values());
  for (let number = firstNumber; number <= lastNumber; number++) {
    if (given.has(number) || !isFree(number)) continue;
    book.numbers.set(name, number);
    return number;
  }
  throw new Error(`no number from ${firstNumber} to ${lastNumber} is free`);
}
