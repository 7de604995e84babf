import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { chooseGeometry, type Geometry } from './geometry.ts';
import { directoryLength, encodeEntries, type Node, toTree } from './tree.ts';

/** What the file system is to be. */
export interface Fat32Options {
  /** Bytes of the whole partition. */
  size: number;
  sectorSize?: number;
  /** At most 11 upper-case characters. */
  label: string;
  volumeId: number;
  /** Seconds since 1970: the time of every file. */
  time: number;
  /** First sector of the partition on its disk. */
  hiddenSectors?: number;
  /** Contents by path, `/` between names. */
  files: ReadonlyMap<string, Uint8Array>;
}

/** Bytes for one place of the partition; everything between pieces is zero. */
export interface Piece {
  offset: number;
  bytes: Uint8Array;
}

const rootCluster = 2;
const endOfChain = 0x0fffffff;
const signature = 0xaa55;

/** Lays out a FAT32 file system (Microsoft FAT specification 1.03); the same input gives the same bytes. */
export function encodeFat32(options: Fat32Options): Piece[] {
  const geometry = chooseGeometry(options.size, options.sectorSize ?? 512);
  const root = toTree(options.files);
  const chains = allocate(root, geometry);
  const used = chains.reduce((sum, { clusters }) => sum + clusters, 0);
  if (used > geometry.clusters) {
    const details = { part: 'EFI system partition', size: used * geometry.clusterSize, room: options.size };
    throw new InterlockError('image_too_big', details);
  }
  const boot = encodeBootSectors(options, geometry, used);
  const fat = encodeFat(chains);
  const { sectorSize, reserved, fatLength } = geometry;
  return [
    { offset: 0, bytes: boot },
    { offset: 6 * sectorSize, bytes: boot },
    { offset: reserved * sectorSize, bytes: fat },
    { offset: (reserved + fatLength) * sectorSize, bytes: fat },
    ...encodeContents(root, null, options, geometry),
  ];
}

interface Chain {
  first: number;
  clusters: number;
}

/** Gives every directory and file its clusters, one after the other in the order of the walk. */
function allocate(root: Node, { clusterSize }: Geometry): Chain[] {
  const chains: Chain[] = [];
  let free = rootCluster;
  const visit = (node: Node) => {
    const length = node.children ? directoryLength(node, node === root) : node.content.length;
    const clusters = Math.ceil(length / clusterSize);
    node.cluster = clusters > 0 ? free : 0;
    if (clusters > 0) chains.push({ first: free, clusters });
    free += clusters;
    for (const child of node.children ?? []) visit(child);
  };
  visit(root);
  return chains;
}

function encodeFat(chains: readonly Chain[]): Buffer {
  const last = chains.at(-1)!;
  const fat = Buffer.alloc((last.first + last.clusters) * 4);
  fat.writeUInt32LE(0x0ffffff8, 0);
  fat.writeUInt32LE(endOfChain, 4);
  for (const { first, clusters } of chains) {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const next = cluster + 1 < first + clusters ? cluster + 1 : endOfChain;
      fat.writeUInt32LE(next, cluster * 4);
    }
  }
  return fat;
}

function encodeContents(node: Node, parent: Node | null, options: Fat32Options, geometry: Geometry): Piece[] {
  const isBelowRoot = parent?.cluster === rootCluster;
  const parentCluster = parent ? (isBelowRoot ? 0 : parent.cluster) : null;
  const bytes = node.children
    ? encodeEntries(node, parentCluster, options.label, options.time)
    : node.content;
  const sector = geometry.firstData + (node.cluster - rootCluster) * geometry.perCluster;
  const own = node.cluster === 0 ? [] : [{ offset: sector * geometry.sectorSize, bytes }];
  return [
    ...own,
    ...(node.children ?? []).flatMap((child) => encodeContents(child, node, options, geometry)),
  ];
}

/** The boot sector and, behind it, the free space record (FSInfo). */
function encodeBootSectors(options: Fat32Options, geometry: Geometry, used: number): Buffer {
  const { sectorSize } = geometry;
  const bytes = Buffer.alloc(2 * sectorSize);
  bytes.set([0xeb, 0x58, 0x90], 0);
  bytes.write('MSWIN4.1', 3, 'latin1');
  bytes.writeUInt16LE(sectorSize, 11);
  bytes.writeUInt8(geometry.perCluster, 13);
  bytes.writeUInt16LE(geometry.reserved, 14);
  bytes.writeUInt8(2, 16);
  bytes.writeUInt8(0xf8, 21);
  bytes.writeUInt16LE(63, 24);
  bytes.writeUInt16LE(255, 26);
  bytes.writeUInt32LE(options.hiddenSectors ?? 0, 28);
  bytes.writeUInt32LE(geometry.sectors, 32);
  bytes.writeUInt32LE(geometry.fatLength, 36);
  bytes.writeUInt32LE(rootCluster, 44);
  bytes.writeUInt16LE(1, 48);
  bytes.writeUInt16LE(6, 50);
  bytes.writeUInt8(0x80, 64);
  bytes.writeUInt8(0x29, 66);
  bytes.writeUInt32LE(options.volumeId, 67);
  bytes.write(options.label.padEnd(11), 71, 'latin1');
  bytes.write('FAT32   ', 82, 'latin1');
  bytes.writeUInt16LE(signature, 510);

  const info = bytes.subarray(sectorSize);
  const free = geometry.clusters - used;
  info.writeUInt32LE(0x41615252, 0);
  info.writeUInt32LE(0x61417272, 484);
  info.writeUInt32LE(free, 488);
  info.writeUInt32LE(free > 0 ? rootCluster + used : 0xffffffff, 492);
  info.writeUInt16LE(signature, 510);
  return bytes;
}
