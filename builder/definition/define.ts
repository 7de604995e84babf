import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { buildHostArch } from '../build-host/build-host-arch.ts';
import { pathProblems } from './check-paths.ts';
import type { Definition } from './definition.ts';
import { lineOf } from './lines/line-of.ts';
import { merge } from './merge.ts';
import { type ReadFile, readImageFile } from './read-image-file.ts';
import { refuseAll } from './refuse-all.ts';

/** Reads the image definition of a folder with all that it includes. Throws `definition_invalid` with file and line. */
export async function define(dir: string, arch: Arch = buildHostArch()): Promise<Definition> {
  const read = await collect(dir, []);
  refuseAll((await Promise.all(read.map((each) => pathProblems(each, arch)))).flat());
  return merge(read, arch);
}

/** Turns the text of an image.toml that includes nothing into a definition without looking at the disk. */
export function parseDefinition(
  text: string,
  file: string,
  dir: string,
  arch: Arch = buildHostArch(),
): Definition {
  return merge([readImageFile(text, file, dir)], arch);
}

/** The files an image consists of, each after those it includes; one that is met twice counts where it is met first. */
async function collect(dir: string, within: readonly string[]): Promise<ReadFile[]> {
  const file = join(dir, 'image.toml');
  const read = readImageFile(await readText(file), file, dir);
  const found: ReadFile[] = [];
  for (const include of read.image.include ?? []) {
    const folder = join(dir, include);
    const place = { file, line: lineOf(read.text, ['include'], include) };
    if ([...within, dir].some((outer) => resolve(outer) === resolve(folder))) {
      throw new InterlockError('definition_invalid', { ...place, problem: `${include} includes itself` });
    }
    // readImageFile reports other reasons why the file cannot be read
    if (!(await stat(join(folder, 'image.toml')).catch(() => undefined))) {
      throw new InterlockError('definition_invalid', { ...place, problem: `${include} has no image.toml` });
    }
    for (const each of await collect(folder, [...within, dir])) {
      if (!found.some(({ file: met }) => resolve(met) === resolve(each.file))) found.push(each);
    }
  }
  return [...found, read];
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new InterlockError('not_found', { what: file }, { cause });
    }
    throw cause;
  });
}
