import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import { lyingDisk } from '../../support/vm/nbd/lying-disk.ts';
import { serveDisk } from '../../support/vm/nbd/serve-disk.ts';
import { stopDisk } from '../../support/vm/nbd/stop-disk.ts';
import { openVolatileDisk } from '../../support/vm/nbd/volatile-disk.ts';

const size = 512 * 1024 * 1024;

/** When a disk stops: after as many more writes, the last of them in a row that nobody flushed. */
export interface Stop {
  writes: number;
  unflushed: number;
}

/** How many unflushed writes reached the disk, did not, or did by halves. */
export type Fates = Record<'kept' | 'lost' | 'torn', number>;

/** An ext4 on a disk that forgets what nobody flushed. */
export interface DataDisk {
  /** Where QEMU finds it. */
  url: string;
  /** Settles with the last write; from then on every request fails. */
  stop(when: Stop): Promise<void>;
  /** Once QEMU is gone: decides by `random` (0 to below 1) what became of unflushed writes, and takes requests again. */
  powerCut(random: () => number): Promise<Fates>;
  /** From now on flushes do nothing. */
  lie(): void;
  /** Writes, and flushes that had something to do. */
  counts(): Readonly<{ writes: number; flushes: number }>;
  close(): Promise<void>;
}

/** Makes an empty ext4 in a folder and serves it. */
export async function serveDataDisk(folder: string): Promise<DataDisk> {
  const [file, socket] = [join(folder, 'data.raw'), join(folder, 'data.sock')];
  await run('truncate', ['-s', String(size), file]);
  await run('mkfs.ext4', ['-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', file]);
  const volatile = await openVolatileDisk(file);
  const lying = lyingDisk(volatile);
  const counts = { writes: 0, flushes: 0 };
  let unflushed = 0;
  let stop: Stop | undefined;
  const counting = {
    ...lying.disk,
    flush() {
      if (unflushed > 0) counts.flushes++;
      unflushed = 0;
      lying.disk.flush();
    },
  };
  const stopping = stopDisk(counting, () => {
    counts.writes++;
    unflushed++;
    return stop !== undefined && --stop.writes <= 0 && unflushed >= stop.unflushed;
  });
  const server = await serveDisk(stopping.disk, socket);
  return {
    url: `nbd:unix:${socket}`,
    stop(when) {
      stop = { ...when };
      return stopping.stopped();
    },
    async powerCut(random) {
      await server.disconnect();
      stop = undefined;
      unflushed = 0;
      stopping.powerOn();
      return volatile.powerCut(random);
    },
    lie: lying.lie,
    counts: () => counts,
    async close() {
      await server.close();
      await volatile.close();
    },
  };
}
