import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** The layout of a FAT32 file system, in sectors unless stated. */
export interface Geometry {
  sectorSize: number;
  sectors: number;
  perCluster: number;
  reserved: number;
  fatLength: number;
  firstData: number;
  clusters: number;
  /** Bytes. */
  clusterSize: number;
}

/** With fewer clusters firmware takes the file system for FAT16 and does not see it. */
const minClusters = 65_525;
/** Numbers beyond mean bad clusters and ends of chains. */
const maxClusters = 0x0fff_fff5;
const largestCluster = 4096;
const mebibyte = 1024 * 1024;

/** Chooses 4096-byte clusters, or smaller ones on a small file system. Throws `bad_input` below about 33 MiB and above 1 TiB. */
export function chooseGeometry(size: number, sectorSize: number): Geometry {
  for (let clusterSize = largestCluster; clusterSize >= sectorSize; clusterSize /= 2) {
    const geometry = measure(size, sectorSize, clusterSize);
    if (geometry.clusters > maxClusters) break;
    if (geometry.clusters >= minClusters) return geometry;
  }
  const fault = size < mebibyte * mebibyte ? 'small' : 'large';
  const problem = `${size} bytes are too ${fault} for FAT32 with ${sectorSize}-byte sectors`;
  throw new InterlockError('bad_input', { what: 'EFI system partition', problem });
}

function measure(size: number, sectorSize: number, clusterSize: number): Geometry {
  const sectors = Math.floor(size / sectorSize);
  const perCluster = clusterSize / sectorSize;
  const firstGuess = Math.ceil((sectors - 32 + 2 * perCluster) / (clusterSize / 4 + 2)) - 2;
  for (let fatLength = Math.max(firstGuess, 1); ; fatLength++) {
    const reserved = roundUp(32 + 2 * fatLength, perCluster) - 2 * fatLength;
    const firstData = reserved + 2 * fatLength;
    const clusters = Math.floor((sectors - firstData) / perCluster);
    if (Math.ceil(((clusters + 2) * 4) / sectorSize) <= fatLength) {
      return { sectorSize, sectors, perCluster, reserved, fatLength, firstData, clusters, clusterSize };
    }
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
