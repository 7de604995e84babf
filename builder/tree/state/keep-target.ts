import { posix } from 'node:path';
import { parentOf } from '../entries/change.ts';
import type { Entry } from '../entries/entry.ts';

/** What a link must lead to when its folder moves: one that leaves the folder becomes absolute. */
export function keepTarget({ type, path, linkname }: Entry, folder: string): string {
  if (type !== 'symlink' || linkname.startsWith('/')) return linkname;
  const target = posix.join('/', parentOf(path), linkname);
  return target === `/${folder}` || target.startsWith(`/${folder}/`) ? linkname : target;
}
