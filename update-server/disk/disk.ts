import { statfsSync } from 'node:fs';

/** The disk that holds a data folder. */
export interface Disk {
  /** Bytes that may still be written. */
  free(): number;
  /** Bytes that uploads leave to the database: check-ins, reports and pauses must work when no release fits any more. */
  reserve: number;
  /** Size of the file that is deleted when another program has filled the disk. */
  ballast: number;
}

/** Measures a file system. */
export type Measure = () => { total: number; free: number };

const mebi = 1024 * 1024;
/** The reserve's share of a small disk, and what is enough on a large one. */
const share = 16;
const enough = { reserve: 256 * mebi, ballast: 8 * mebi };

/** Measures the disk of a folder; `measure` replaces it where a test has no disk of its own. */
export function openDisk(dataDir: string, measure: Measure = () => measureDisk(dataDir)): Disk {
  const { total } = measure();
  return {
    free: () => measure().free,
    reserve: Math.min(enough.reserve, Math.floor(total / share)),
    ballast: Math.min(enough.ballast, Math.floor(total / share)),
  };
}

/** Measures the file system of a folder. */
export function measureDisk(folder: string): ReturnType<Measure> {
  const { bsize, blocks, bavail } = statfsSync(folder);
  return { total: blocks * bsize, free: bavail * bsize };
}
