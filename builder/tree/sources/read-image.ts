import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Tree } from '../entries/entry.ts';
import { layTree } from '../entries/lay-tree.ts';
import { blobPath, type Descriptor, findManifest } from './find-manifest.ts';
import { readTarFile } from './read-tar-file.ts';
import { takeWhiteouts } from './take-whiteouts.ts';

/** Reads a container image of an OCI image layout (OCI image-spec 1.1) into a tree of its own, layer upon layer. */
export async function readImage(
  layout: string,
  tag: string | undefined,
  spool: string,
  arch: Arch,
): Promise<{ over: Tree; sha256: string }> {
  const { layers, sha256 } = await findManifest(layout, tag, arch);
  const over: Tree = new Map();
  for (const layer of layers) {
    const upper = await readLayer(layout, layer, spool, over);
    takeWhiteouts(over, upper);
    layTree(over, upper, { keepLinks: false, replaceDirectories: true });
  }
  return { over, sha256 };
}

/** A layer is laid only when its bytes are those that the manifest names. */
async function readLayer(layout: string, layer: Descriptor, spool: string, below: Tree): Promise<Tree> {
  const file = join(layout, blobPath(layer));
  const [algorithm = '', expected] = layer.digest.split(':');
  const digest = createHash(algorithm);
  const upper = await readTarFile(file, spool, below, (chunk) => digest.update(chunk));
  const found = digest.digest('hex');
  if (found === expected) return upper;
  throw new InterlockError('bad_input', { what: file, problem: `hashes to ${found}` });
}
