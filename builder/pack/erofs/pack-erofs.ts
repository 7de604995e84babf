import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { withFile } from '../../../system/durable.ts';
import { digestFile } from '../digest.ts';
import { readTar } from '../tar/read-tar.ts';
import { type BlockWriter, openBlockWriter, writeFully } from './block-writer.ts';
import { encodeMetadata } from './metadata.ts';
import { encodeSuperblock } from './superblock.ts';
import { addEntry, emptyTree, type Inode, resolveLinks } from './tree.ts';

/** `buildTime` in seconds since 1970 becomes the mtime of everything; `label` is cut at 15 bytes. */
export interface ErofsOptions {
  buildTime: number;
  label?: string;
}

/** The finished image. */
export interface ErofsImage {
  size: number;
  sha256: string;
  inodes: number;
}

/**
 * Writes the root image from a tar stream, without mounts or root rights: block 0 holds the superblock, file data
 * follows in whole blocks as it arrives, the metadata comes last. The same tar gives the same bytes.
 * Throws `bad_input` for entries that no root can hold, and leaves no file behind then.
 */
export async function packErofs(tar: Readable, file: string, options: ErofsOptions): Promise<ErofsImage> {
  try {
    const inodes = await writeImage(tar, file, options);
    return { inodes, ...(await digestFile(file)) };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

function writeImage(tar: Readable, file: string, { buildTime, label = '' }: ErofsOptions): Promise<number> {
  return withFile(file, 'w', async (handle) => {
    const out = openBlockWriter(handle, 1);
    const root = await writeContents(tar, out);
    const metaBlock = out.block;
    const { bytes, rootNid, inodes, xattrBlock } = encodeMetadata(root, metaBlock, buildTime);
    await out.write(bytes);
    const { blocks, sha256 } = await out.finish();
    const uuid = toUuid(sha256);
    const superblock = { rootNid, inodes, buildTime, blocks, metaBlock, xattrBlock, uuid, label };
    await writeFully(handle, encodeSuperblock(superblock), 0);
    await handle.sync();
    return inodes;
  });
}

/** Streams every file's content into the image and gives the tree of what was met. */
async function writeContents(tar: Readable, out: BlockWriter): Promise<Inode> {
  const tree = emptyTree();
  for await (const entry of readTar(tar)) {
    const inode = addEntry(tree, entry);
    if (inode && entry.size > 0) inode.firstBlock = out.block;
    for await (const chunk of entry.body) if (inode && entry.size > 0) await out.write(chunk);
    await out.fillBlock();
  }
  resolveLinks(tree);
  return tree.root;
}

/** A version 8 (custom) uuid out of the digest of all blocks but the first: equal trees have equal uuids. */
function toUuid(sha256: Buffer): Buffer {
  const uuid = Buffer.from(sha256.subarray(0, 16));
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuid;
}
