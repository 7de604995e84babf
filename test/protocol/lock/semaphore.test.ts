import { describe, expect, it } from 'vitest';
import { type LockValue, maxFailed, maxReleases, parseLockValue } from '../../../protocol/lock/lock-value.ts';
import {
  acquire,
  type Change,
  cancel,
  clearFailed,
  emptyLock,
  forceRelease,
  isStoppedByFailures,
  release,
  setSlots,
} from '../../../protocol/lock/semaphore.ts';

const v1 = 'a'.repeat(64);
const v2 = 'b'.repeat(64);
const holder = (host: string, boot = `${host}-boot-1`, nonce = '1', release = v1) => ({
  host,
  boot,
  nonce: nonce.repeat(32).slice(0, 32),
  since: '2026-01-01T00:00:00Z',
  release,
});
const held = (value: LockValue) => value.holders.map(({ host, nonce }) => `${host}:${nonce[0]}`);
const valueIn = (change: Change): LockValue => {
  if ('refused' in change) throw new Error(`refused: ${change.refused}`);
  parseLockValue(JSON.stringify(change.value));
  return change.value;
};
const refusalOf = (change: Change) => ('refused' in change ? change.refused : null);
const oneHeld = valueIn(acquire(emptyLock(), holder('h1'), ['h1-boot-1']));
const after = { boot: 'h1-boot-2', boots: ['h1-boot-1', 'h1-boot-2'] };

describe('acquire', () => {
  it('takes a free place and refuses the next host', () => {
    expect(held(oneHeld)).toEqual(['h1:1']);
    expect(refusalOf(acquire(oneHeld, holder('h2'), []))).toBe('full');
  });

  it('replaces the own record with the new nonce and keeps since when', () => {
    const again = valueIn(
      acquire(oneHeld, { ...holder('h1', 'h1-boot-1', '2'), since: '2026-02-02T00:00:00Z' }, []),
    );
    expect(held(again)).toEqual(['h1:2']);
    expect(again.holders[0]?.since).toBe('2026-01-01T00:00:00Z');
  });

  it('lets a holder re-confirm although places were lowered and the brake is on', () => {
    const lowered = setSlots(oneHeld, 0);
    const braked = { ...lowered, releases: { [v1]: { ok: 0, failed: { h9: 'panic' } } } };
    expect(held(valueIn(acquire(braked, holder('h1', 'h1-boot-1', '2'), [])))).toEqual(['h1:2']);
  });

  it('knows its place after a power cut by an old boot id, and refuses one it never had', () => {
    const reboot = holder('h1', 'h1-boot-2', '2');
    expect(held(valueIn(acquire(oneHeld, reboot, ['h1-boot-1', 'h1-boot-2'])))).toEqual(['h1:2']);
    expect(refusalOf(acquire(oneHeld, reboot, ['h1-boot-2']))).toBe('foreign_hold');
  });

  it('brakes a holder that changes to a failed release', () => {
    const braked = { ...oneHeld, releases: { [v2]: { ok: 10, failed: { h8: 'x', h9: 'y' } } } };
    expect(refusalOf(acquire(braked, holder('h1', 'h1-boot-1', '2', v2), []))).toBe('failure_stop');
  });
});

describe('failure_stop', () => {
  const failed = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, 'x']));
  it.each([
    [0, 0, false],
    [0, 1, true],
    [9, 1, true],
    [10, 1, false],
    [20, 1, false],
    [19, 2, true],
    [20, 2, false],
  ])('%i good and %i failed: %s', (ok, count, braked) => {
    expect(isStoppedByFailures({ ok, failed: failed(count) })).toBe(braked);
  });
});

describe('release', () => {
  it('needs a new boot id', () => {
    expect(
      refusalOf(release(oneHeld, holder('h1'), { boot: 'h1-boot-1', boots: ['h1-boot-1'] }, { ok: true })),
    ).toBe('same_boot');
  });

  it('records good and failed, and a later success clears the failure', () => {
    const failed = valueIn(release(oneHeld, holder('h1'), after, { ok: false, reason: 'no network' }));
    expect(failed.holders).toEqual([]);
    expect(failed.releases[v1]).toEqual({ ok: 0, failed: { h1: 'no network' } });
    const cleared = valueIn(acquire(clearFailed(failed), holder('h1', 'h1-boot-2', '3'), after.boots));
    const third = { boot: 'h1-boot-3', boots: [...after.boots, 'h1-boot-3'] };
    const good = valueIn(
      release({ ...cleared, releases: failed.releases }, holder('h1', 'h1-boot-2', '3'), third, { ok: true }),
    );
    expect(good.releases[v1]).toEqual({ ok: 1, failed: {} });
  });

  it('counts a success once when the answer was lost and it is asked again', () => {
    const once = valueIn(release(oneHeld, holder('h1'), after, { ok: true }));
    expect(valueIn(release(once, holder('h1'), after, { ok: true }))).toEqual(once);
  });

  it('frees the place of a re-confirmation whose answer was lost', () => {
    const reconfirmed = valueIn(acquire(oneHeld, holder('h1', 'h1-boot-1', '2'), []));
    expect(valueIn(release(reconfirmed, holder('h1', 'h1-boot-1', '1'), after, null)).holders).toEqual([]);
  });

  it('never frees a place taken again under the present boot, or by a host with the same id', () => {
    const again = valueIn(acquire(oneHeld, holder('h1', 'h1-boot-2', '2'), after.boots));
    expect(refusalOf(release(again, holder('h1'), after, { ok: true }))).toBe('same_boot');
    const clone = { ...oneHeld, holders: [holder('h1', 'clone-boot')] };
    expect(refusalOf(release(clone, holder('h1'), after, { ok: true }))).toBe('foreign_hold');
  });

  it('keeps at most 8 releases of 32 failed hosts, and those somebody is about to boot', () => {
    const hash = (n: number) => n.toString(16).padStart(64, '0');
    let value = valueIn(acquire(setSlots(emptyLock(), 99), holder('keep', 'k', '1', hash(0)), []));
    for (let n = 0; n < 12; n++) {
      for (let h = 0; h < 34; h++) {
        const host = holder(`h${h}`, `old-${n}`, '1', hash(n));
        value = valueIn(
          release(value, host, { boot: 'new', boots: [] }, { ok: false, reason: 'x'.repeat(300) }),
        );
      }
    }
    const kept = Object.keys(value.releases);
    expect(kept).toHaveLength(maxReleases);
    expect(kept).toContain(hash(0));
    expect(kept.at(-1)).toBe(hash(11));
    expect(Object.keys(value.releases[hash(11)]!.failed)).toHaveLength(maxFailed);
    parseLockValue(JSON.stringify(value));
  });
});

describe('cancel and operators', () => {
  it('cancels whatever nonce was left, but never a stranger’s place', () => {
    const reconfirmed = valueIn(acquire(oneHeld, holder('h1', 'h1-boot-1', '2'), []));
    expect(valueIn(cancel(reconfirmed, { host: 'h1', boots: ['h1-boot-1'] })).holders).toEqual([]);
    expect(refusalOf(cancel(oneHeld, { host: 'h1', boots: ['h1-boot-7'] }))).toBe('foreign_hold');
    expect(valueIn(cancel(oneHeld, { host: 'h2', boots: ['h2-boot-1'] }))).toEqual(oneHeld);
  });

  it('force-releases and clears', () => {
    expect(forceRelease(oneHeld, 'h1').holders).toEqual([]);
    const value = {
      ...emptyLock(),
      releases: { [v1]: { ok: 1, failed: { a: 'x' } }, [v2]: { ok: 2, failed: { b: 'y' } } },
    };
    expect(clearFailed(value, v1).releases[v2]?.failed).toEqual({ b: 'y' });
    expect(clearFailed(value).releases).toEqual({ [v1]: { ok: 1, failed: {} }, [v2]: { ok: 2, failed: {} } });
  });
});
