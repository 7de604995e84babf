import type { VolatileDisk } from './volatile-disk.ts';

/** A disk that may begin to say that it flushed and not do so, as cheap ones do. */
export interface LyingDisk {
  /** To be served. */
  disk: VolatileDisk;
  /** From now on nothing survives a power cut for certain. */
  lie(): void;
}

/** Shows that a test can fail whose claim rests on flushes. */
export function lyingDisk(disk: VolatileDisk): LyingDisk {
  let lies = false;
  return {
    disk: {
      ...disk,
      write: (offset, data, isFlushed) => disk.write(offset, data, isFlushed && !lies),
      flush() {
        if (!lies) disk.flush();
      },
    },
    lie() {
      lies = true;
    },
  };
}
