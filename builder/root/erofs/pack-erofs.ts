import { createHash } from 'node:crypto';
import { type FileHandle, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { withFile } from '../../../system/files/durable.ts';
import { readTar } from '../../tree/tar/read-tar.ts';
import { type BlockWriter, openBlockWriter, writeFully } from './block-writer.ts';
import { encodeMetadata } from './metadata.ts';
import { blockSize, encodeSuperblock } from './superblock.ts';
import { addEntry, emptyTree, type Inode, resolveLinks } from './tree.ts';

/** How an image is written. */
export interface ErofsOptions {
  /** Seconds since 1970; the mtime of everything, unless `keepTimes` asks for the tar's own. */
  buildTime: number;
  keepTimes?: boolean;
  /** Cut at 15 bytes. */
  label?: string;
}

/** The finished image. */
export interface ErofsImage {
  size: number;
  inodes: number;
}

/**
 * Writes the root image from a tar stream, without mounts or root rights: block 0 holds the superblock, file data
 * follows in whole blocks as it arrives, the metadata comes last. The same tar gives the same bytes.
 * Throws `bad_input` for entries that no root can hold, and leaves no file behind then; the caller syncs it.
 */
export async function packErofs(tar: Readable, file: string, options: ErofsOptions): Promise<ErofsImage> {
  try {
    return await withFile(file, 'w', (handle) => writeImage(tar, handle, options));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function writeImage(
  tar: Readable,
  handle: FileHandle,
  { buildTime, keepTimes = false, label = '' }: ErofsOptions,
): Promise<ErofsImage> {
  const out = openBlockWriter(handle, 1);
  const root = await writeContents(tar, out, keepTimes);
  const metaBlock = out.block;
  const { bytes, rootNid, inodes, xattrBlock } = encodeMetadata(root, metaBlock, buildTime);
  await out.write(bytes);
  const { blocks, checksum } = await out.finish();
  const uuid = toUuid(bytes, checksum);
  const superblock = { rootNid, inodes, buildTime, blocks, metaBlock, xattrBlock, uuid, label };
  await writeFully(handle, encodeSuperblock(superblock), 0);
  return { size: blocks * blockSize, inodes };
}

/** Streams every file's content into the image and gives the tree of what was met. */
async function writeContents(tar: Readable, out: BlockWriter, keepTimes: boolean): Promise<Inode> {
  const tree = emptyTree();
  for await (const entry of readTar(tar)) {
    const inode = addEntry(tree, entry, keepTimes);
    if (inode && entry.size > 0) inode.firstBlock = out.block;
    for await (const chunk of entry.body) if (inode && entry.size > 0) await out.write(chunk);
    await out.fillBlock();
  }
  resolveLinks(tree);
  return tree.root;
}

/** A version 8 (custom) uuid out of metadata and contents: equal trees have equal uuids. */
function toUuid(metadata: Buffer, checksum: number): Buffer {
  const digest = createHash('sha256').update(metadata).update(`${checksum}`).digest();
  const uuid = digest.subarray(0, 16);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuid;
}
