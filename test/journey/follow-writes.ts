import { findPartition } from '../support/vm/disk-file.ts';

const partitions = ['esp', 'root-a', 'verity-a', 'root-b', 'verity-b', 'state'] as const;
export type Partition = (typeof partitions)[number] | 'table';

const phases = [
  ...['idle', 'offered', 'written', 'acquiring', 'locked', 'flipped', 'rebooting'],
  ...['trying', 'confirmed', 'finished'],
] as const;
const isOver = phases.length;

/** A write that reached a machine's disk, and what went before it. */
export interface SeenWrite {
  partition: Partition;
  /** Bytes from the partition's start, or from the disk's for the table. */
  offset: number;
  data: Buffer;
  /** The boot loader wrote it: no system has written to this boot's state yet. */
  byLoader: boolean;
  /** How many writes this boot made to the partition, this one included, and how many bytes. */
  count: number;
  bytes: number;
  /** The agent saved its memory in this phase; undefined for all other writes. */
  saved: string | undefined;
  /** How far the agent's saved memory is on its way to the release: see `position`. */
  position: number;
  /** Writes to the partition since the agent last saved its memory in this boot; null before it has. */
  sinceSave: number | null;
}

/** How far a phase is on an update's way; falling back counts as being on trial. */
export function position(phase: string): number {
  const found = (phases as readonly string[]).indexOf(phase);
  return found < 0 ? phases.indexOf('trying') : found;
}

/** Tells from the bytes alone what a machine is doing while it writes to its disk. */
export interface Follower {
  see(offset: number, data: Buffer): SeenWrite;
  /** A boot begins. */
  boot(): void;
  /** Another release is under way. */
  start(): void;
}

/** Follows the writes to a disk whose partitions lie as they do now; what lies outside is the partition table. */
export async function followWrites(disk: string): Promise<Follower> {
  const places = await Promise.all(
    partitions.map(async (name) => ({ name, ...(await findPartition(disk, name)) })),
  );
  let counts = new Map<Partition, { count: number; bytes: number }>();
  let sinceSave: Map<Partition, number> | null = null;
  let reached = 0;
  return {
    see(at, data) {
      const place = places.findLast(({ offset }) => at >= offset);
      const partition = place && at < place.offset + place.size ? place.name : 'table';
      const before = counts.get(partition) ?? { count: 0, bytes: 0 };
      const now = { count: before.count + 1, bytes: before.bytes + data.length };
      counts.set(partition, now);
      sinceSave?.set(partition, (sinceSave.get(partition) ?? 0) + 1);
      const saved = partition === 'state' ? savedPhase(data) : undefined;
      if (saved !== undefined) {
        const isAfter = saved === 'idle' && reached >= position('confirmed');
        reached = isAfter ? isOver : position(saved);
        sinceSave = new Map();
      }
      return {
        partition,
        offset: partition === 'table' ? at : at - place!.offset,
        data,
        byLoader: !counts.has('state'),
        ...now,
        saved,
        position: reached,
        sinceSave: sinceSave && (sinceSave.get(partition) ?? 0),
      };
    },
    boot() {
      counts = new Map();
      sinceSave = null;
    },
    start() {
      reached = 0;
    },
  };
}

/** The agent's state file begins with its format and its phase. */
function savedPhase(data: Buffer): string | undefined {
  const at = data.indexOf('{\n "format": 1,\n');
  if (at < 0) return undefined;
  return /"phase": \{\s*"at": "(\w+)"/.exec(data.toString('latin1', at, at + 256))?.[1];
}
