import { constants, open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readBack } from '../slots/read-back.ts';
import { openDirectly } from '../slots/write-direct.ts';

/** The disk that a release is installed on. */
export interface Target {
  /** Bytes. */
  size: number;
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** Everything written so far is on the disk afterwards. */
  sync(): Promise<void>;
  /** What the disk itself holds, past any cache; each chunk is valid until the next. */
  readBack(at: number, length: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** Opens a disk for nobody else: one that is mounted, or part of something that is, is refused. Throws `install_refused`. */
export async function openTarget(path: string, size: number): Promise<Target> {
  const claim = await open(path, constants.O_RDWR | constants.O_EXCL).catch((cause) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EBUSY') throw cause;
    throw new InterlockError('install_refused', { problem: `${path} is in use` }, { cause });
  });
  const disk = await openDirectly({ path, offset: 0, size });
  return {
    size,
    write: (at, bytes) => disk.write(at, bytes),
    sync: () => disk.sync(),
    readBack: (at, length) => readBack({ path, offset: at, size: length }),
    async close() {
      await disk.close();
      await claim.close();
    },
  };
}
