import { readFile } from 'node:fs/promises';

/** The version of this builder, as its package.json gives it. */
export async function builderVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return JSON.parse(text).version;
}
