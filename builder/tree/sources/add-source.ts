import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Tree } from '../entries/entry.ts';
import { layTree } from '../entries/lay-tree.ts';
import { readImage } from './read-image.ts';
import { readTarFile } from './read-tar-file.ts';

/** A tree from elsewhere, by absolute path: a tar (plain, gzip or zstd), or an OCI image layout. */
export type TreeSource = { tar: string } | { oci: string; tag?: string };

/** What a source was, for the release's provenance: SHA-256 of the tar, or of the image's manifest. */
export interface SourceDigest {
  name: string;
  sha256: string;
}

/**
 * Lays a tar or a container image over the tree; contents go to the end of the spool file, which must live as long as
 * the tree. Throws `not_found`, `bad_input`.
 */
export async function addSource(
  tree: Tree,
  source: TreeSource,
  spool: string,
  arch: Arch,
): Promise<SourceDigest> {
  const { over, sha256 } =
    'tar' in source
      ? await readArchive(source.tar, spool, tree)
      : await readImage(source.oci, source.tag, spool, arch);
  layTree(tree, over, { keepLinks: true, replaceDirectories: false });
  return { name: basename('tar' in source ? source.tar : source.oci), sha256 };
}

async function readArchive(
  file: string,
  spool: string,
  below: Tree,
): Promise<{ over: Tree; sha256: string }> {
  const digest = createHash('sha256');
  const over = await readTarFile(file, spool, below, (chunk) => digest.update(chunk));
  return { over, sha256: digest.digest('hex') };
}
