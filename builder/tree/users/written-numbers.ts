import { shownName } from '../../definition/paths/names.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import type { Moves } from './settle-numbers.ts';

const info = 'var/lib/dpkg/';
const accounts = /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$/;
const maxSize = 64 * 1024;

/**
 * Lists files that a script made and that seem to hold a number which another user has now: a number that was written down
 * does not move. In words.
 */
export async function writtenNumbers(tree: Tree, { uids, gids }: Moves): Promise<string[]> {
  const moved = new Map([...gids, ...uids]);
  if (moved.size === 0) return [];
  const shipped = await listedFiles(tree);
  const pattern = new RegExp(`(?<![\\w.-])(?:${[...moved.keys()].join('|')})(?![\\w.-])`);
  const found: string[] = [];
  for (const { path, type, body } of tree.values()) {
    if (type !== 'file' || body.size > maxSize || shipped.has(path)) continue;
    if (path.startsWith(info) || accounts.test(path) || isFromSkeleton(tree, path)) continue;
    const text = (await readBody(body)).toString('latin1');
    const number = text.includes('\0') ? undefined : pattern.exec(text)?.[0];
    if (number === undefined) continue;
    const now = moved.get(Number(number));
    found.push(
      `/${shownName(path)} holds ${number}; if that is a user’s or group’s number, it is ${now} by users.lock`,
    );
  }
  return found;
}

function isFromSkeleton(tree: Tree, path: string): boolean {
  const name = /^(?:home\/[^/]+|root)\/(.*)$/.exec(path)?.[1];
  return name !== undefined && tree.get(`etc/skel/${name}`)?.body.size === tree.get(path)?.body.size;
}

/** What packages bring themselves, by dpkg's lists. */
async function listedFiles(tree: Tree): Promise<Set<string>> {
  const lists = [...tree.values()].filter(({ path, type }) => {
    return type === 'file' && path.startsWith(info) && path.endsWith('.list');
  });
  const texts = await Promise.all(lists.map(({ body }) => readBody(body)));
  return new Set(texts.flatMap((text) => text.toString('latin1').split('\n')).map((line) => line.slice(1)));
}
