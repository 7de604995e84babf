import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import type { Layer } from './image-file.ts';
import { lineOf, lineOfEntry } from './lines/line-of.ts';
import { listOverlay } from './overlay/list-overlay.ts';
import { readPerms } from './overlay/read-perms.ts';
import { globPattern } from './paths/glob.ts';
import type { ReadFile } from './read-image-file.ts';
import type { Problem } from './refuse-all.ts';

/** What an image.toml points at that is not there, or is not what it must be, each with its line. */
export async function pathProblems(read: ReadFile, arch: Arch): Promise<Problem[]> {
  return [
    ...(await problemsOf(read, [], read.image)),
    ...(await problemsOf(read, ['arch', arch], read.image.arch?.[arch] ?? {})),
  ];
}

async function problemsOf(
  { file, text, dir }: ReadFile,
  at: readonly string[],
  layer: Layer,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const refuse = (
    key: string,
    element: string,
    problem: string,
    line = lineOf(text, [...at, ...key.split('.')], element),
  ) => problems.push({ file, line, problem: `${key}: ${problem}` });
  const check = async (key: string, path: string, kind: 'folder' | 'file', line?: number) => {
    // a path that cannot be looked at counts as missing and is reported below
    const found = await stat(resolve(dir, path)).catch(() => undefined);
    if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return true;
    const isUrl = /^\w+:\/\//.test(path);
    const what = isUrl
      ? `${path} is an address: nothing is downloaded, so name a ${kind}`
      : `${resolve(dir, path)} is not a ${kind}`;
    refuse(key, path, what, line);
    return false;
  };
  const { overlay } = layer;
  if (overlay !== undefined && (await check('overlay', overlay, 'folder'))) {
    const entries = await listOverlay(resolve(dir, overlay)).catch((cause) => {
      if (!(cause instanceof InterlockError) || cause.code !== 'bad_input') throw cause;
      refuse('overlay', overlay, `${cause.details.what} ${cause.details.problem}`);
    });
    if (entries) await readPerms(resolve(dir, overlay), entries);
  }
  const globs = {
    remove: layer.remove,
    secrets: layer.secrets,
    'state.seed': layer.state?.seed,
    'state.link': layer.state?.link,
  };
  for (const [key, glob] of Object.entries(globs).flatMap(([key, all]) =>
    (all ?? []).map((glob) => [key, glob] as const),
  )) {
    try {
      globPattern(glob);
    } catch (cause) {
      refuse(key, glob, `${glob} is not a valid glob: ${(cause as Error).message}`);
    }
  }
  for (const script of layer.scripts ?? []) await check('scripts', script, 'file');
  for (const [index, { folder, key }] of (layer.repositories ?? []).entries()) {
    const lineAt = (name: string) => lineOfEntry(text, [...at, 'repositories'], index, name);
    if (folder !== undefined) await check('repositories', folder, 'folder', lineAt('folder'));
    if (key !== undefined) await check('repositories', key, 'file', lineAt('key'));
  }
  for (const [index, source] of (layer.sources ?? []).entries()) {
    const lineAt = (name: string) => lineOfEntry(text, [...at, 'sources'], index, name);
    if ('tar' in source) await check('sources', source.tar, 'file', lineAt('tar'));
    else await check('sources', source.oci, 'folder', lineAt('oci'));
  }
  return problems;
}
