import type { FileHandle } from 'node:fs/promises';
import { withFile } from '../../system/files/durable.ts';
import { type RootEntry, readRoot } from './read-root.ts';

/** One name in which two roots differ; sizes in bytes, null where it is not there. */
export interface FileChange {
  path: string;
  from: number | null;
  to: number | null;
}

const pieceLength = 1024 * 1024;

/** Lists by path what differs between two root images: contents, modes, owners, links, attributes; times do not count. */
export async function compareRoots(first: string, second: string): Promise<FileChange[]> {
  const [before, after] = [await readRoot(first), await readRoot(second)];
  const changes: FileChange[] = [];
  await withFile(first, 'r', (one) =>
    withFile(second, 'r', async (other) => {
      for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        const [from, to] = [before.get(path), after.get(path)];
        if (from && to && (await isSame(from, one, to, other))) continue;
        const name = Buffer.from(path, 'latin1').toString('utf8');
        changes.push({ path: name, from: from?.size ?? null, to: to?.size ?? null });
      }
    }),
  );
  return changes;
}

async function isSame(from: RootEntry, one: FileHandle, to: RootEntry, other: FileHandle): Promise<boolean> {
  if (from.size !== to.size || from.facts !== to.facts) return false;
  for (let at = 0; at < from.size; at += pieceLength) {
    const length = Math.min(pieceLength, from.size - at);
    const pieces = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)] as const;
    const [before, after] = [
      await one.read(pieces[0], 0, length, from.offset + at),
      await other.read(pieces[1], 0, length, to.offset + at),
    ];
    // an image that was cut meanwhile is not what was listed
    if (before.bytesRead < length || after.bytesRead < length || !pieces[0].equals(pieces[1])) return false;
  }
  return true;
}
