import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../protocol/documents/policy.ts';
import { isOpen, nextOpening } from '../../../system/time/window.ts';

const berlin = (from: string, to: string, days?: ['sunday']) =>
  readPolicy({ window: [{ from, to, zone: 'Europe/Berlin', ...(days ? { days } : {}) }] }).windows;
const open = (windows: ReturnType<typeof berlin>, time: string) => isOpen(windows, new Date(time));

describe('a window', () => {
  it('is in the time of its zone, summer and winter', () => {
    const windows = berlin('02:00', '04:00');
    expect(open(windows, '2026-01-10T01:00:00Z')).toBe(true);
    expect(open(windows, '2026-01-10T00:59:59Z')).toBe(false);
    expect(open(windows, '2026-07-10T00:00:00Z')).toBe(true);
    expect(open(windows, '2026-07-10T02:00:00Z')).toBe(false);
  });

  it('over midnight belongs to the day it begins on', () => {
    const windows = berlin('22:00', '05:00', ['sunday']);
    expect(open(windows, '2026-01-11T21:30:00Z')).toBe(true);
    expect(open(windows, '2026-01-12T03:59:00Z')).toBe(true);
    expect(open(windows, '2026-01-12T21:30:00Z')).toBe(false);
    expect(open(windows, '2026-01-11T03:00:00Z')).toBe(false);
  });

  it('in the hour that spring skips is as long as ever, and one over autumn’s hour is longer', () => {
    // Europe/Berlin goes from 02:00 to 03:00 on 2026-03-29 and from 03:00 to 02:00 on 2026-10-25
    const skipped = berlin('02:15', '02:45');
    expect(nextOpening(skipped, new Date('2026-03-29T00:00:00Z')).toISOString()).toBe(
      '2026-03-29T01:15:00.000Z',
    );
    expect(open(skipped, '2026-03-29T01:44:59Z')).toBe(true);
    expect(open(skipped, '2026-03-29T01:45:00Z')).toBe(false);
    const repeated = berlin('01:00', '04:00');
    expect(open(repeated, '2026-10-24T23:00:00Z')).toBe(true);
    expect(open(repeated, '2026-10-25T02:59:59Z')).toBe(true);
    expect(open(repeated, '2026-10-25T03:00:00Z')).toBe(false);
  });

  it('always opens again, then and not before', () => {
    const time = fc.integer({ min: 0, max: 1439 }).map((minute) => {
      const two = (n: number) => String(n).padStart(2, '0');
      return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
    });
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'UTC',
    );
    const minute = fc.integer({ min: 0, max: 365 * 1440 });
    fc.assert(
      fc.property(time, time, zone, minute, (from, to, name, at) => {
        fc.pre(from !== to);
        const { windows } = readPolicy({ window: [{ from, to, zone: name }] });
        const now = new Date(Date.UTC(2026, 0, 1, 0, at));
        const next = nextOpening(windows, now);
        expect(isOpen(windows, next)).toBe(true);
        if (next > now) expect(isOpen(windows, new Date(next.getTime() - 1))).toBe(false);
        expect(next.getTime() - now.getTime()).toBeLessThan(50 * 3_600_000);
      }),
      { numRuns: 300 },
    );
  });
});
