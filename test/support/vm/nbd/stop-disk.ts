import type { VolatileDisk } from './volatile-disk.ts';

/** A disk whose power goes right after a chosen write. */
export interface StoppingDisk {
  /** To be served: from the chosen write on every request fails, so that nothing more reaches the disk below. */
  disk: VolatileDisk;
  /** Settles with the chosen write. */
  stopped(): Promise<void>;
  /** Takes requests again, until the next choice. */
  powerOn(): void;
}

/** Shows each write to `isLast`, after it was made, in the order the disk got them. */
export function stopDisk(
  disk: VolatileDisk,
  isLast: (offset: number, data: Buffer) => boolean,
): StoppingDisk {
  let off = Promise.withResolvers<void>();
  let isOff = false;
  const requirePower = () => {
    if (isOff) throw new Error('the power is off');
  };
  return {
    disk: {
      ...disk,
      async read(offset, length) {
        requirePower();
        return disk.read(offset, length);
      },
      async write(offset, data, isFlushed) {
        requirePower();
        await disk.write(offset, data, isFlushed);
        if (!isLast(offset, data)) return;
        isOff = true;
        off.resolve();
      },
      flush() {
        requirePower();
        disk.flush();
      },
    },
    stopped: () => off.promise,
    powerOn() {
      isOff = false;
      off = Promise.withResolvers();
    },
  };
}
