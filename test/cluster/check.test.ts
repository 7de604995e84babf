import { expect, it } from 'vitest';
import type { Holder, LockValue } from '../../protocol/lock/lock-value.ts';
import { acquire, emptyLock, release } from '../../protocol/lock/semaphore.ts';
import { check, type History } from './check.ts';
import type { Swap } from './record.ts';

const rootHash = 'a'.repeat(64);
const since = '2026-01-01T00:00:00.000Z';

/** h0 takes the only place, goes out, comes back, gives it back; then h1 does. */
function sound(): History {
  const values = [emptyLock(1)];
  const swaps: Swap[] = [];
  const add = (host: string, wish: Swap['wish'], value: LockValue, sent: number) => {
    const text = JSON.stringify(value);
    const revision = String(values.length + 2);
    const expected = String(values.length + 1);
    swaps.push({ ...{ host, wish, sent, done: sent + 2, expected, text }, outcome: 'won', revision });
    values.push(value);
  };
  for (const [n, host] of ['h0', 'h1'].entries()) {
    const at = n * 100;
    add(host, 'acquire', changed(acquire(values.at(-1)!, holder(host), ['b1'])), at);
    const back = release(values.at(-1)!, holder(host), { boot: 'b2', boots: ['b1', 'b2'] }, { ok: true });
    add(host, 'release', changed(back), at + 50);
  }
  return {
    revisions: values.map((value, n) => ({ revision: n + 2, text: JSON.stringify(value) })),
    swaps,
    outs: ['h0', 'h1'].map((host, n) => ({ host, from: n * 100 + 10, to: n * 100 + 40, why: 'reboot' })),
  };
}

const kindsOf = (history: History) => [...new Set(check(history).map(({ kind }) => kind))];

it('finds nothing in a sound history', () => {
  expect(check(sound())).toEqual([]);
});

it('takes an unknown answer for what the history shows', () => {
  const history = sound();
  Object.assign(history.swaps[1]!, { outcome: 'unknown', done: null, revision: null });
  expect(check(history)).toEqual([]);
});

it('finds hosts out at once', () => {
  const { outs, ...rest } = sound();
  expect(kindsOf({ ...rest, outs: [outs[0]!, { ...outs[1]!, from: 30 }] })).toContain('too many out');
});

it('finds a place given back while its host is out, and one never taken', () => {
  const { outs, ...rest } = sound();
  expect(kindsOf({ ...rest, outs: [{ ...outs[0]!, to: 51 }] })).toEqual(['out without a place']);
  expect(kindsOf({ ...rest, outs: [{ ...outs[0]!, to: null }] })).toEqual(['out without a place']);
  expect(kindsOf({ ...rest, outs: [{ ...outs[1]!, from: 60, to: 90 }] })).toEqual(['out without a place']);
});

it('finds a confirmed write that is gone, and one that nobody made', () => {
  const { revisions, ...rest } = sound();
  const other = { ...JSON.parse(revisions[1]!.text), holders: [] };
  const forged = revisions.map((one, n) => (n === 1 ? { ...one, text: JSON.stringify(other) } : one));
  expect(kindsOf({ ...rest, revisions: forged })).toEqual(
    expect.arrayContaining(['nobody’s write', 'lost write', 'out without a place']),
  );
  expect(kindsOf({ ...rest, revisions: revisions.filter((_, n) => n !== 1) })).toContain('gap');
});

it('finds a write over a value that was not the last, and a place too many', () => {
  const { revisions, swaps, outs } = sound();
  const both = { ...emptyLock(1), holders: [holder('h0'), holder('h1')] };
  const stale = swaps.map((swap, n) => (n === 1 ? { ...swap, expected: '2' } : swap));
  expect(kindsOf({ revisions, outs, swaps: stale })).toContain('nobody’s write');
  const many = revisions.map((one, n) => (n === 2 ? { ...one, text: JSON.stringify(both) } : one));
  expect(kindsOf({ revisions: many, outs, swaps })).toContain('too many holders');
  const swapped = revisions.map((one, n) =>
    n === 1 ? { ...one, text: JSON.stringify({ ...both, holders: [...both.holders].reverse() }) } : one,
  );
  expect(kindsOf({ revisions: swapped, outs, swaps })).toContain('more than one change');
});

it('finds revisions out of real-time order', () => {
  const history = sound();
  Object.assign(history.swaps[0]!, { sent: 500, done: 502 });
  expect(kindsOf(history)).toContain('order');
});

function holder(host: string): Holder {
  return { host, boot: 'b1', nonce: '0'.repeat(32), since, release: rootHash };
}

function changed(change: ReturnType<typeof acquire>): LockValue {
  if ('refused' in change) throw new Error(change.problem);
  return change.value;
}
