import { bodyOf, readBody, type Tree } from '../entries/entry.ts';
import type { UsersLock } from './accounts/users-lock.ts';
import { applyUsersLock, lockUsers } from './apply-users-lock.ts';

/** Files with a line per user or group; a source or overlay may bring any of them. */
const files = ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `etc/${name}`);

/**
 * Lays something over a tree, and merges its users with those that were there. A source that brings its own /etc/passwd
 * numbers its files by it: its names get the numbers that they have in the image or in the lock, its other names
 * free numbers, and its files with them. Users that only the tree has stay.
 */
export async function mergeUsers<T>(tree: Tree, lock: UsersLock, lay: () => Promise<T>): Promise<T> {
  const before = new Map(tree);
  const laid = await lay();
  const over: Tree = new Map([...tree].filter(([path, entry]) => before.get(path) !== entry));
  const brought = files.filter((path) => over.get(path)?.type === 'file');
  if (brought.length === 0) return laid;
  await applyUsersLock(over, await lockUsers(before, lock));
  for (const path of brought) await addMissing(over, before, path);
  for (const [path, entry] of over) tree.set(path, entry);
  return laid;
}

/** Adds the lines of names that only the lower file has. */
async function addMissing(over: Tree, before: Tree, path: string): Promise<void> {
  const [lower, upper] = [await linesOf(before, path), await linesOf(over, path)];
  const names = new Set(upper.map(nameOf));
  const missing = lower.filter((line) => !names.has(nameOf(line)));
  if (missing.length === 0) return;
  const text = [...missing, ...upper].map((line) => `${line}\n`).join('');
  over.set(path, { ...over.get(path)!, body: bodyOf(Buffer.from(text, 'latin1')) });
}

async function linesOf(tree: Tree, path: string): Promise<string[]> {
  const found = tree.get(path);
  if (found?.type !== 'file') return [];
  return (await readBody(found.body)).toString('latin1').split('\n').filter(Boolean);
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':'));
}
