import { describe, expect, it } from 'vitest';
import { openDisk } from '../../../update-server/disk/disk.ts';
import { openRoom } from '../../../update-server/disk/room.ts';

const mebi = 1024 * 1024;

/** A disk on which bytes are written by hand. */
function makeRoom(total: number) {
  const clock = { now: 0 };
  const disk = { used: 0 };
  const measured = openDisk('/', () => ({ total, free: total - disk.used }));
  return { room: openRoom(measured, () => clock.now), disk, clock, measured };
}

describe('the reserve', () => {
  it('is a share of a small disk, and enough on a large one', () => {
    const of = (total: number) => openDisk('/', () => ({ total, free: total }));
    expect(of(16 * mebi)).toMatchObject({ reserve: mebi, ballast: mebi });
    expect(of(10_000 * mebi)).toMatchObject({ reserve: 256 * mebi, ballast: 8 * mebi });
  });

  it('is what no upload gets, and is said once the disk is at it', () => {
    const { room, disk } = makeRoom(160 * mebi);
    expect(() => room.book('a', 151 * mebi)).toThrow('free');
    room.book('a', 149 * mebi);
    expect(room.isLow()).toBe(false);
    disk.used = 151 * mebi;
    expect(room.isLow()).toBe(true);
  });
});

describe('what was promised', () => {
  it('is nobody else’s, until it is there or given back', () => {
    const { room, disk } = makeRoom(160 * mebi);
    room.book('a', 100 * mebi);
    expect(() => room.book('b', 60 * mebi)).toThrow(expect.objectContaining({ code: 'space_missing' }));
    room.book('a', 100 * mebi);
    for (let step = 0; step < 100; step++) {
      disk.used += mebi;
      room.took('a', mebi);
      expect(() => room.book('b', 60 * mebi)).toThrow(expect.objectContaining({ code: 'space_missing' }));
    }
    room.end('a');
    room.book('b', 49 * mebi);
    disk.used = 0;
    room.end('b');
    room.book('b', 149 * mebi);
  });

  it('may be asked about for several at once, their own promises left out', () => {
    const { room } = makeRoom(160 * mebi);
    room.book('a', 100 * mebi);
    expect(() => room.require(140 * mebi)).toThrow('free');
    room.require(140 * mebi, ['a', 'b']);
    expect(() => room.require(Number.MAX_SAFE_INTEGER, ['a'])).toThrow('free');
  });

  it('goes to others once nothing came for ten minutes, the oldest first', () => {
    const { room, clock } = makeRoom(160 * mebi);
    room.book('a', mebi);
    clock.now += 60_000;
    room.book('b', mebi);
    clock.now += 9 * 60_000;
    expect(room.idle()).toBe('a');
    room.took('a', 1);
    expect(room.idle()).toBeUndefined();
    clock.now += 60_000;
    expect(room.idle()).toBe('b');
  });
});
