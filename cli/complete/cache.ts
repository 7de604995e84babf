import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Between two presses of the key little changes; a line that is typed for longer asks again. */
const freshMs = 10_000;
const keptMs = 3_600_000;

/** What `find` found a moment ago for the same parts, or finds now. The names of the files say nothing about the parts, one of which is a token. */
export async function cached<T>(parts: readonly unknown[], find: () => Promise<T>): Promise<T> {
  const caches = process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache');
  const folder = join(caches, 'interlock/completion');
  const file = join(folder, createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32));
  const known = await readFresh(file);
  if (known !== undefined) return JSON.parse(known) as T;
  const found = await find();
  // a cache that cannot be written makes completion slower, and nothing else
  await keep(folder, file, JSON.stringify(found)).catch(() => {});
  return found;
}

async function readFresh(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, uid } = await stat(file);
    const isFresh = Date.now() - mtimeMs < freshMs && uid === process.geteuid?.();
    return isFresh ? await readFile(file, 'utf8') : undefined;
  } catch {
    // not there yet
    return undefined;
  }
}

async function keep(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
  for (const name of await readdir(folder)) {
    const each = join(folder, name);
    if (Date.now() - (await stat(each)).mtimeMs > keptMs) await rm(each);
  }
}
