import { hash } from 'node:crypto';
import { InterlockError } from '../../errors/interlock-error.ts';

/** Bytes of a data block and of a hash block: the only size Interlock writes. */
export const verityBlock = 4096;
const digestLength = 32;
const perBlock = verityBlock / digestLength;
const signature = Buffer.from('verity\0\0', 'latin1');

/** What `finish` gives: the root hash (hex), and the hash area: superblock block, then levels, top level first. */
interface Verity {
  rootHash: string;
  /** Text form; also in the superblock. */
  uuid: string;
  tree: Buffer;
}

/** Takes an image's blocks in order and keeps nothing but their digests. */
export interface VerityBuilder {
  /** Feeds whole blocks; throws `bad_input` when the length is not a multiple of 4096. */
  update(blocks: Uint8Array): void;
  finish(): Verity;
}

/**
 * Starts the dm-verity tree of an image (hash type 1, SHA-256, 4096-byte blocks), byte-equal to
 * `veritysetup format --salt S --uuid U`. `salt` is hex, 32 bytes.
 */
export function startVerity(salt: string): VerityBuilder {
  const saltBytes = Buffer.from(salt, 'hex');
  if (saltBytes.length !== 32) throw invalid(`a salt of ${saltBytes.length} bytes`);
  const digest = saltedDigest(saltBytes);
  const digests: Buffer[] = [];
  return {
    update(blocks) {
      if (blocks.length % verityBlock !== 0) throw invalid(`${blocks.length} bytes are no whole blocks`);
      digests.push(digestsOf(blocks, digest));
    },
    finish() {
      const { root, levels, dataBlocks } = climb(Buffer.concat(digests), digest);
      const rootHash = root.toString('hex');
      const superblock = encodeVeritySuperblock({ uuid: verityUuid(rootHash), dataBlocks, salt });
      return { rootHash, uuid: verityUuid(rootHash), tree: Buffer.concat([superblock, ...levels.reverse()]) };
    },
  };
}

/** The superblock's uuid, text form: the first 16 bytes of the root hash, so that a slot says what it holds. */
function verityUuid(rootHash: string): string {
  return rootHash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Bytes of the hash area (superblock block included) of an image of `imageSize` bytes. */
export function veritySize(imageSize: number): number {
  let blocks = 1;
  for (let level = imageSize / verityBlock; level > 1; ) {
    level = Math.ceil(level / perBlock);
    blocks += level;
  }
  return blocks * verityBlock;
}

/** What the first hash block says about the tree behind it. */
export interface VeritySuperblock {
  /** Text form. */
  uuid: string;
  dataBlocks: number;
  /** Hex. */
  salt: string;
}

/** Lays a superblock out as one 4096-byte block (cryptsetup `struct verity_sb`, 512 bytes, zero padded). */
export function encodeVeritySuperblock({ uuid, dataBlocks, salt }: VeritySuperblock): Buffer {
  const block = Buffer.alloc(verityBlock);
  signature.copy(block, 0);
  block.writeUInt32LE(1, 8);
  block.writeUInt32LE(1, 12);
  block.write(uuid.replaceAll('-', ''), 16, 'hex');
  block.write('sha256', 32, 'latin1');
  block.writeUInt32LE(verityBlock, 64);
  block.writeUInt32LE(verityBlock, 68);
  block.writeBigUInt64LE(BigInt(dataBlocks), 72);
  block.writeUInt16LE(salt.length / 2, 80);
  block.write(salt, 88, 'hex');
  return block;
}

/** Reads a superblock; null when the bytes hold none of the kind we write (a zeroed one is an unfinished slot). */
export function decodeVeritySuperblock(block: Buffer): VeritySuperblock | null {
  if (block.length < 512 || !block.subarray(0, 8).equals(signature)) return null;
  const numbers = [8, 12, 64, 68].map((offset) => block.readUInt32LE(offset));
  const algorithm = block.toString('latin1', 32, 64).replace(/\0+$/, '');
  const saltLength = block.readUInt16LE(80);
  if (numbers.join() !== `1,1,${verityBlock},${verityBlock}` || algorithm !== 'sha256') return null;
  const dataBlocks = block.readBigUInt64LE(72);
  if (saltLength > 256 || dataBlocks > BigInt(Math.floor(Number.MAX_SAFE_INTEGER / verityBlock))) return null;
  return {
    uuid: verityUuid(block.toString('hex', 16, 32)),
    dataBlocks: Number(dataBlocks),
    salt: block.toString('hex', 88, 88 + saltLength),
  };
}

/** A digest as latin1 text (`binary` by its Node name): a string is cheaper to hand over than a Buffer, by a third of the whole. */
type Digest = (block: Uint8Array) => string;

/** One call with salt and block side by side is the fastest way node:crypto has. */
function saltedDigest(salt: Buffer): Digest {
  const salted = Buffer.concat([salt, Buffer.alloc(verityBlock)]);
  return (block) => {
    salted.set(block, salt.length);
    return hash('sha256', salted, 'binary');
  };
}

function digestsOf(blocks: Uint8Array, digest: Digest): Buffer {
  const count = blocks.length / verityBlock;
  const digests = Buffer.allocUnsafe(count * digestLength);
  for (let index = 0; index < count; index++) {
    const block = blocks.subarray(index * verityBlock, (index + 1) * verityBlock);
    digests.write(digest(block), index * digestLength, 'latin1');
  }
  return digests;
}

/** Hashes level upon level until one digest is left; levels come bottom first. */
function climb(digests: Buffer, digest: Digest): { root: Buffer; levels: Buffer[]; dataBlocks: number } {
  if (digests.length === 0) throw invalid('an empty image has no root hash');
  const levels: Buffer[] = [];
  let current = digests;
  while (current.length > digestLength) {
    const level = Buffer.alloc(Math.ceil(current.length / verityBlock) * verityBlock);
    current.copy(level);
    levels.push(level);
    current = digestsOf(level, digest);
  }
  return { root: current, levels, dataBlocks: digests.length / digestLength };
}

function invalid(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'verity', problem });
}
