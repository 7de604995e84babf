import { readBody, type Tree } from '../../entries/entry.ts';

/** Ranges by user, as `START:COUNT`, of subuid(5) or subgid(5). */
export type SubIds = ReadonlyMap<string, readonly string[]>;

/** Where ranges begin that no user has yet, as in useradd(8). */
const lowest = 100_000;

/** Reads a line of subuid(5) or subgid(5); nothing when it is none. */
export function parseRange(line: string): { name: string; range: string } | undefined {
  const [, name, range] = /^([^\s:]+):(\d{1,10}:\d{1,10})$/.exec(line) ?? [];
  return name === undefined || range === undefined ? undefined : { name, range };
}

/** Reads the image's subuid(5) or subgid(5); lines that are none are left alone. */
export async function readSubIds(tree: Tree, path: string): Promise<SubIds> {
  const found = tree.get(path);
  const ids = new Map<string, string[]>();
  if (found?.type !== 'file') return ids;
  for (const line of (await readBody(found.body)).toString('latin1').split('\n')) {
    const { name, range } = parseRange(line) ?? {};
    if (name !== undefined && range !== undefined) ids.set(name, [...(ids.get(name) ?? []), range]);
  }
  return ids;
}

/** Gives each user the ranges of the lock, and free ranges to new users; returns the problems too. */
export function settleSubIds(found: SubIds, lock: SubIds): { ids: SubIds; problems: string[] } {
  const taken = [...lock.values()].flat();
  const problems: string[] = [];
  const ids = new Map<string, string[]>();
  for (const [name, ranges] of found) {
    const kept = lock.get(name) ?? [];
    const settled = ranges.map((range, index) => {
      const old = kept[index];
      if (old !== undefined && countOf(old) !== countOf(range)) {
        problems.push(`${name} has ${range}, and ${old} in users.lock: its files on hosts are in that range`);
      }
      if (old !== undefined) return old;
      const free = taken.some((other) => overlap(range, other)) ? nextFree(range, taken, found) : range;
      if (free !== range) taken.push(free);
      return free;
    });
    ids.set(name, settled);
  }
  return { ids, problems };
}

function nextFree(range: string, taken: readonly string[], found: SubIds): string {
  const ends = [...taken, ...[...found.values()].flat()].map((each) => startOf(each) + countOf(each));
  return `${Math.max(lowest, ...ends)}:${countOf(range)}`;
}

function overlap(one: string, other: string): boolean {
  return startOf(one) < startOf(other) + countOf(other) && startOf(other) < startOf(one) + countOf(one);
}

function startOf(range: string): number {
  return Number(range.split(':')[0]);
}

function countOf(range: string): number {
  return Number(range.split(':')[1]);
}
