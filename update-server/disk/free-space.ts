import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Disk } from './disk.ts';

/** The free space of the disk, and how much of it is promised to which upload. */
export interface FreeSpace {
  /** Promises an upload the bytes it still lacks, in place of what it was promised before. Throws `space_missing`. */
  book(upload: string, bytes: number, since?: number): void;
  /** So many of the promised bytes are on the disk now. */
  took(upload: string, bytes: number): void;
  /** Nothing more comes, or all of it is there. */
  end(upload: string): void;
  /** Throws `space_missing` unless so many bytes fit beside everything promised to others. */
  require(bytes: number, uploads?: readonly string[]): void;
  /** The upload that sent nothing for longest, if that is long enough to drop it. */
  idle(): string | undefined;
  /** True when so little is free that uploads are refused. */
  isLow(): boolean;
  state(): { free: number; reserve: number };
}

/** An upload that sent nothing for so long gives its space to others that need it. */
const idleMs = 10 * 60_000;
/** What each file costs beyond its bytes: its last block and its name. */
const overhead = 8192;

/** Keeps the promises. Nothing in it is asynchronous, so two uploads at once cannot both get the last bytes. */
export function openFreeSpace(
  { free, reserve }: Pick<Disk, 'free' | 'reserve'>,
  now: () => number = Date.now,
): FreeSpace {
  const promised = new Map<string, { left: number; at: number }>();

  function space(uploads: readonly string[]): number {
    const others = [...promised].filter(([upload]) => !uploads.includes(upload));
    return free() - reserve - others.reduce((sum, [, { left }]) => sum + left, 0);
  }

  function require(bytes: number, uploads: readonly string[] = []): void {
    const left = Math.max(0, space(uploads));
    if (bytes <= left) return;
    throw new InterlockError('space_missing', { where: 'the server’s disk', free: left, needed: bytes });
  }

  return {
    require,
    book(upload, bytes, since = now()) {
      const left = bytes > 0 ? bytes + overhead : 0;
      require(left, [upload]);
      promised.set(upload, { left, at: since });
    },
    took(upload, bytes) {
      const entry = promised.get(upload);
      if (!entry) return;
      entry.left = Math.max(0, entry.left - bytes);
      entry.at = now();
    },
    end: (upload) => void promised.delete(upload),
    idle() {
      const [oldest] = [...promised].toSorted(([, a], [, b]) => a.at - b.at);
      return oldest && oldest[1].at <= now() - idleMs ? oldest[0] : undefined;
    },
    isLow: () => free() < reserve,
    state: () => ({ free: free(), reserve }),
  };
}

/** Unlimited space, where the disk is not measured. */
export const unlimitedSpace: FreeSpace = openFreeSpace({ free: () => Number.MAX_SAFE_INTEGER, reserve: 0 });
