import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import type { Arch } from '../../protocol/schema.ts';
import type { Layer } from './definition.ts';
import { lineOf } from './line-of.ts';
import type { ReadFile } from './read-image-file.ts';

/** Looks whether what an image.toml points at is there. Throws `definition_invalid` with the line. */
export async function checkPaths(read: ReadFile, arch: Arch): Promise<void> {
  await checkLayer(read, [], read.image);
  await checkLayer(read, ['arch', arch], read.image.arch?.[arch] ?? {});
}

async function checkLayer({ file, text, dir }: ReadFile, at: readonly string[], layer: Layer): Promise<void> {
  const check = async (key: string, path: string, kind: 'folder' | 'file') => {
    const found = await stat(resolve(dir, path)).catch(() => undefined);
    if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return;
    const line = lineOf(text, [...at, key], path);
    const problem = `${key}: ${resolve(dir, path)} is no ${kind}`;
    throw new InterlockError('definition_invalid', { file, line, problem });
  };
  if (layer.overlay !== undefined) await check('overlay', layer.overlay, 'folder');
  for (const script of layer.scripts ?? []) await check('scripts', script, 'file');
  for (const source of layer.sources ?? []) {
    if ('tar' in source) await check('sources', source.tar, 'file');
    else await check('sources', source.oci, 'folder');
  }
}
