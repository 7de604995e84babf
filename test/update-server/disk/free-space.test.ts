import { describe, expect, it } from 'vitest';
import { openDisk } from '../../../update-server/disk/disk.ts';
import { openFreeSpace } from '../../../update-server/disk/free-space.ts';

const mebi = 1024 * 1024;

/** A disk on which bytes are written by hand. */
function makeSpace(total: number) {
  const clock = { now: 0 };
  const disk = { used: 0 };
  const measured = openDisk('/', () => ({ total, free: total - disk.used }));
  return { space: openFreeSpace(measured, () => clock.now), disk, clock, measured };
}

describe('the reserve', () => {
  it('is a share of a small disk, and enough on a large one', () => {
    const of = (total: number) => openDisk('/', () => ({ total, free: total }));
    expect(of(16 * mebi)).toMatchObject({ reserve: mebi, ballast: mebi });
    expect(of(10_000 * mebi)).toMatchObject({ reserve: 256 * mebi, ballast: 8 * mebi });
  });

  it('is what no upload gets, and is said once the disk is at it', () => {
    const { space, disk } = makeSpace(160 * mebi);
    expect(() => space.book('a', 151 * mebi)).toThrow('free');
    space.book('a', 149 * mebi);
    expect(space.isLow()).toBe(false);
    disk.used = 151 * mebi;
    expect(space.isLow()).toBe(true);
  });
});

describe('what was promised', () => {
  it('is nobody else’s, until it is there or given back', () => {
    const { space, disk } = makeSpace(160 * mebi);
    space.book('a', 100 * mebi);
    expect(() => space.book('b', 60 * mebi)).toThrow(expect.objectContaining({ code: 'space_missing' }));
    space.book('a', 100 * mebi);
    for (let step = 0; step < 100; step++) {
      disk.used += mebi;
      space.took('a', mebi);
      expect(() => space.book('b', 60 * mebi)).toThrow(expect.objectContaining({ code: 'space_missing' }));
    }
    space.end('a');
    space.book('b', 49 * mebi);
    disk.used = 0;
    space.end('b');
    space.book('b', 149 * mebi);
  });

  it('may be asked about for several at once, their own promises left out', () => {
    const { space } = makeSpace(160 * mebi);
    space.book('a', 100 * mebi);
    expect(() => space.require(140 * mebi)).toThrow('free');
    space.require(140 * mebi, ['a', 'b']);
    expect(() => space.require(Number.MAX_SAFE_INTEGER, ['a'])).toThrow('free');
  });

  it('goes to others once nothing came for ten minutes, the oldest first', () => {
    const { space, clock } = makeSpace(160 * mebi);
    space.book('a', mebi);
    clock.now += 60_000;
    space.book('b', mebi);
    clock.now += 9 * 60_000;
    expect(space.idle()).toBe('a');
    space.took('a', 1);
    expect(space.idle()).toBeUndefined();
    clock.now += 60_000;
    expect(space.idle()).toBe('b');
  });
});
