import { bodyOf, type Entry, readBody, type Tree } from '../entries/entry.ts';
import { moveAcl } from './move-acl.ts';
import type { Moves } from './settle-numbers.ts';

/** Gives users, groups and everything they own in a tree their other numbers, all at once. */
export async function moveNumbers(tree: Tree, moves: Moves): Promise<void> {
  const uids = new Map(moves.uids);
  const gids = new Map(moves.gids);
  if (uids.size === 0 && gids.size === 0) return;
  for (const [path, entry] of tree) {
    const moved = moveEntry(entry, uids, gids);
    if (moved) tree.set(path, moved);
  }
  await rewrite(tree, 'etc/passwd', (fields) => {
    return fields.with(2, moveText(fields[2], uids)).with(3, moveText(fields[3], gids));
  });
  await rewrite(tree, 'etc/group', (fields) => fields.with(2, moveText(fields[2], gids)));
}

type Numbers = ReadonlyMap<number, number>;

function moveEntry(entry: Entry, uids: Numbers, gids: Numbers): Entry | undefined {
  const uid = uids.get(entry.uid) ?? entry.uid;
  const gid = gids.get(entry.gid) ?? entry.gid;
  const xattrs = moveAcl(entry.xattrs, uids, gids);
  if (uid === entry.uid && gid === entry.gid && xattrs === entry.xattrs) return undefined;
  return { ...entry, uid, gid, xattrs };
}

async function rewrite(tree: Tree, path: string, change: (fields: string[]) => string[]): Promise<void> {
  const found = tree.get(path);
  if (found?.type !== 'file') return;
  const text = (await readBody(found.body)).toString('latin1');
  const lines = text.split('\n').map((line) => {
    const fields = line.split(':');
    return fields.length < 4 ? line : change(fields).join(':');
  });
  tree.set(path, { ...found, body: bodyOf(Buffer.from(lines.join('\n'), 'latin1')) });
}

function moveText(text: string | undefined, numbers: Numbers): string {
  return String(numbers.get(Number(text)) ?? text);
}
