import { readdir, readFile } from 'node:fs/promises';

const here = new URL('./', import.meta.url);

/** The names of all targets: one file each. */
export async function listTargets(): Promise<string[]> {
  const files = await readdir(new URL('targets/', here));
  return files.map((file) => file.replace(/\.ts$/, '')).sort();
}

/** Inputs that once were findings of a target. */
export async function readRegressions(name: string): Promise<Buffer[]> {
  const folder = new URL(`regressions/${name}/`, here);
  const files = await readdir(folder).catch(() => []);
  return Promise.all(files.sort().map((file) => readFile(new URL(file, folder))));
}
