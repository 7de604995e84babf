import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import type { Arch } from '../../protocol/schema.ts';
import type { Layer } from './definition.ts';
import { globPattern } from './glob.ts';
import { lineOf, lineOfEntry } from './line-of.ts';
import { listOverlay } from './overlay/list-overlay.ts';
import { readPerms } from './overlay/read-perms.ts';
import type { ReadFile } from './read-image-file.ts';

/** Looks whether what an image.toml points at is there. Throws `definition_invalid` with the line. */
export async function checkPaths(read: ReadFile, arch: Arch): Promise<void> {
  await checkLayer(read, [], read.image);
  await checkLayer(read, ['arch', arch], read.image.arch?.[arch] ?? {});
}

async function checkLayer({ file, text, dir }: ReadFile, at: readonly string[], layer: Layer): Promise<void> {
  const refused = (
    key: string,
    element: string,
    problem: string,
    cause?: unknown,
    line = lineOf(text, [...at, ...key.split('.')], element),
  ) => {
    return new InterlockError('definition_invalid', { file, line, problem: `${key}: ${problem}` }, { cause });
  };
  const check = async (key: string, path: string, kind: 'folder' | 'file', line?: number) => {
    const found = await stat(resolve(dir, path)).catch(() => undefined);
    if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return;
    throw refused(key, path, `${resolve(dir, path)} is no ${kind}`, undefined, line);
  };
  const { overlay } = layer;
  if (overlay !== undefined) {
    await check('overlay', overlay, 'folder');
    const entries = await listOverlay(resolve(dir, overlay)).catch((cause) => {
      if (!(cause instanceof InterlockError) || cause.code !== 'bad_input') throw cause;
      throw refused('overlay', overlay, `${cause.details.what} ${cause.details.problem}`, cause);
    });
    await readPerms(resolve(dir, overlay), entries);
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
      throw refused(key, glob, `${glob} is no glob: ${(cause as Error).message}`, cause);
    }
  }
  for (const script of layer.scripts ?? []) await check('scripts', script, 'file');
  for (const [index, { folder, key }] of (layer.repositories ?? []).entries()) {
    const lineAt = (name: string) => lineOfEntry(text, [...at, 'repositories'], index, name);
    if (folder !== undefined) await check('repositories', folder, 'folder', lineAt('folder'));
    if (key !== undefined) await check('repositories', key, 'file', lineAt('key'));
  }
  for (const source of layer.sources ?? []) {
    if ('tar' in source) await check('sources', source.tar, 'file');
    else await check('sources', source.oci, 'folder');
  }
}
