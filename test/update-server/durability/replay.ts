import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytesOf, type Call } from './trace.ts';

/** A change of a file's bytes that only a sync makes last. */
type Change = { at: number; bytes: Buffer } | { size: number };

interface File {
  bytes: Buffer;
  /** Not synced yet, oldest first. */
  pending: Change[];
}

/** A disk keeps this much whole. */
const sector = 512;
const kept = ['interlock.db', 'interlock.db-wal'];

/**
 * Rebuilds in `to` the database that a power cut after the first `cut` calls could leave: `from`, all that was synced,
 * and of the rest what `chance` chooses, whole, in part or not at all.
 */
export function replay(
  calls: readonly Call[],
  cut: number,
  from: string,
  to: string,
  chance: () => number,
): void {
  cpSync(from, to, { recursive: true });
  const files = new Map(kept.map((name) => [name, openFile(join(from, name))]));
  const syncing = new Map<string, File>();
  for (const call of calls.slice(0, cut)) {
    const isSync = call.name === 'fdatasync' || call.name === 'fsync';
    if (call.isResumed) {
      const file = syncing.get(call.thread);
      if (isSync && file) settle(file);
      syncing.delete(call.thread);
      continue;
    }
    const file = files.get(basename(call.target));
    if (!file) continue;
    if (isSync && call.isDone) settle(file);
    else if (isSync) syncing.set(call.thread, file);
    else file.pending.push(changeOf(call));
  }
  for (const [name, file] of files) {
    for (const change of file.pending) apply(file, spoil(change, chance));
    if (file.bytes.length > 0) writeFileSync(join(to, name), file.bytes);
  }
}

function openFile(path: string): File {
  return { bytes: existsSync(path) ? readFileSync(path) : Buffer.alloc(0), pending: [] };
}

function changeOf(call: Call): Change {
  if (call.name === 'ftruncate') return { size: Number.parseInt(call.text, 10) };
  const [, at] = /, \d+, (\d+)(?:\)| <unfinished)/.exec(call.text) ?? [];
  return { at: Number(at), bytes: bytesOf(call) };
}

function settle(file: File): void {
  for (const change of file.pending.splice(0)) apply(file, change);
}

function apply(file: File, change: Change | undefined): void {
  if (!change) return;
  const end = 'size' in change ? change.size : Math.max(change.at + change.bytes.length, file.bytes.length);
  const bytes = Buffer.alloc(end);
  file.bytes.copy(bytes);
  if ('bytes' in change) change.bytes.copy(bytes, change.at);
  file.bytes = bytes;
}

/** A third arrived, a third did not, of a third only the first sectors. */
function spoil(change: Change, chance: () => number): Change | undefined {
  const luck = chance();
  if (luck < 1 / 3) return change;
  if (luck < 2 / 3 || !('bytes' in change)) return undefined;
  const boundary =
    sector - (change.at % sector) + sector * Math.floor(chance() * (change.bytes.length / sector));
  return { at: change.at, bytes: change.bytes.subarray(0, boundary) };
}
