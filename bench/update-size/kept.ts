import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/files/durable.ts';

const folder = join(import.meta.dirname, '../../.cache/bench/update-size');

/**
 * Measures once: what a peer made of the same bytes in the same version of itself is read from `.cache/bench`, so that a
 * run of hours can be cut and go on. `key` is everything that decides about the figure.
 */
export async function kept<T>(key: readonly string[], measure: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  const file = join(folder, `${name}.json`);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) return (JSON.parse(text) as { value: T }).value;
  const value = await measure();
  await mkdir(folder, { recursive: true });
  await writeDurably(file, JSON.stringify({ key, value }));
  return value;
}
