import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Paths } from './paths.ts';

/** One configuration file, read and not judged yet. */
export interface Fragment {
  file: string;
  values: Record<string, unknown>;
}

/** Reads `agent.d/*.toml` of the image, of this boot and of the host, in that order and by name: the later wins. */
export async function readFragments(
  { image, run, etc }: Paths,
  read: (file: string) => Promise<Fragment | null> = readFragment,
): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  for (const folder of [join(image, 'usr/lib/interlock'), run, etc].map((path) => join(path, 'agent.d'))) {
    for (const name of await namesIn(folder)) {
      const fragment = await read(join(folder, name));
      if (fragment) fragments.push(fragment);
    }
  }
  return fragments;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.toml')).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new InterlockError('config_invalid', { file: folder, problem: (error as Error).message });
  }
}

/** Reads one file. Throws `config_invalid` with its line. */
export async function readFragment(file: string): Promise<Fragment> {
  try {
    return { file, values: parseToml(await readFile(file, 'utf8')) };
  } catch (cause) {
    const line = cause instanceof TomlError ? `line ${cause.line}: ` : '';
    const problem = line + (cause as Error).message.split('\n')[0];
    throw new InterlockError('config_invalid', { file, problem }, { cause });
  }
}
