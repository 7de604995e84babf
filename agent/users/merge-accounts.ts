import {
  type AccountFile,
  type Accounts,
  accountFiles,
  byKey,
  decidedBy,
  noAccounts,
  numberField,
} from './account-files.ts';
import { mergeLine } from './merge-line.ts';

/** What a host's accounts are made of. */
export interface Sides {
  /** The running image's. */
  image: Accounts;
  /** Those of the image that the host's files were last made from; null when nobody wrote them down. */
  base: Accounts | null;
  /** The files as they are on the host; null when the host has none of its own. */
  own: Accounts | null;
  /** The host's own list: its lines, also those whose name an image took. */
  list: Accounts;
}

/** What becomes of them. */
export interface Merged {
  accounts: Accounts;
  list: Accounts;
  /** The host's own names that the image has too, with another number: the image's hold. */
  taken: string[];
  /** The host's own names that have a number of the image's under another name. */
  sharing: string[];
}

/** Joins the image's users and groups with the host's: the image's names win, numbers never move, what was changed by hand holds. */
export function mergeAccounts(sides: Sides): Merged {
  const taken = new Set<string>();
  const accounts = { ...noAccounts };
  const list = { ...noAccounts };
  for (const file of accountFiles) {
    const one = mergeFile(file, sides, (name) => isTaken(decidedBy[file] ?? file, name, sides));
    accounts[file] = one.lines;
    list[file] = one.list;
    for (const name of one.taken) taken.add(name);
  }
  return { accounts, list, taken: [...taken], sharing: sharingIn(accounts, sides.image) };
}

function mergeFile(file: AccountFile, { image, base, own, list }: Sides, takes: (name: string) => boolean) {
  const now = byKey(file, image[file]);
  const before = base && byKey(file, base[file]);
  const host = own && byKey(file, own[file]);
  const listed = byKey(file, list[file]);
  const lines: string[] = [];
  const ours: string[] = [];
  const taken: string[] = [];
  for (const [key, line] of now) {
    const [then, mine] = [before?.get(key), host?.get(key)];
    const isOurs = takes(key);
    lines.push(
      mine === undefined || (isOurs && then === undefined) ? line : mergeLine(file, then, mine, line),
    );
    if (!isOurs) continue;
    taken.push(key);
    // a merge that was cut may have put the image's line there already
    const hidden = then === undefined && mine !== undefined && mine !== line ? mine : listed.get(key);
    if (hidden !== undefined) ours.push(hidden);
  }
  // what only the host has, and names of its own that the image has no longer; a line of the image's goes with it
  const wasTaken = (key: string) => before?.has(key) && listed.has(key);
  for (const [key, line] of [...(host ?? listed), ...[...listed].filter(([key]) => wasTaken(key))]) {
    if (now.has(key) || before?.get(key) === line) continue;
    if (wasTaken(key) && listed.get(key) !== line) continue;
    if (ours.includes(line)) continue;
    lines.push(line);
    ours.push(line);
  }
  const exists = image[file] !== null || (own?.[file] ?? null) !== null || lines.length > 0;
  return { lines: exists ? lines : null, list: ours.length > 0 ? ours : null, taken };
}

/** Whether the image has taken a name that is the host's own for another account. */
function isTaken(file: AccountFile, name: string, { image, base, own, list }: Sides): boolean {
  const field = numberField[file];
  if (field === undefined) return false;
  const numberIn = (accounts: Accounts | null) =>
    accounts ? byKey(file, accounts[file]).get(name)?.split(':')[field] : undefined;
  const now = numberIn(image);
  if (now === undefined) return false;
  const listed = numberIn(list);
  if (listed !== undefined) return listed !== now;
  const mine = numberIn(own);
  // a host whose files nobody wrote down keeps its numbers
  return base !== null && mine !== undefined && numberIn(base) === undefined && mine !== now;
}

function sharingIn(accounts: Accounts, image: Accounts): string[] {
  const names: string[] = [];
  for (const file of ['passwd', 'group'] as const) {
    const field = numberField[file]!;
    const ofImage = new Map((image[file] ?? []).map((line) => [line.split(':')[field], line.split(':')[0]]));
    const known = byKey(file, image[file]);
    for (const line of accounts[file] ?? []) {
      const [name = '', , number] = line.split(':');
      const other = ofImage.get(number);
      if (!known.has(name) && other !== undefined && other !== name) names.push(name);
    }
  }
  return [...new Set(names)];
}
