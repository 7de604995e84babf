import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLock, type PackagesLock, parseLock } from '../../../builder/build/packages-lock.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const lockedPackage = fc.record({
  name: fc.stringMatching(/^[a-z0-9][a-z0-9.+-]{1,12}$/),
  version: fc.stringMatching(/^[0-9A-Za-z.+:~-]{1,12}$/),
  arch: fc.constantFrom('amd64', 'all'),
  path: fc.stringMatching(/^pool\/[a-z]{1,5}\/[a-z0-9+~_-]{1,9}\.deb$/),
  size: fc.nat(),
  sha256: hex,
});
const locks: fc.Arbitrary<PackagesLock> = fc.record({
  format: fc.constant(1 as const),
  suite: fc.constant('trixie'),
  arch: fc.constant('x86-64' as const),
  date: fc.constant('2026-11-19T02:12:54Z'),
  packages: fc.uniqueArray(lockedPackage, { selector: ({ name }) => name }),
});

describe('packages.lock', () => {
  it('reads back what it wrote, whatever the order it was given', () => {
    fc.assert(
      fc.property(locks, (lock) => {
        const text = formatLock(lock);
        expect(formatLock({ ...lock, packages: lock.packages.toReversed() })).toBe(text);
        const read = parseLock(text, 'packages.lock');
        expect(new Set(read.packages)).toEqual(new Set(lock.packages));
        expect(formatLock(read)).toBe(text);
      }),
    );
  });

  it('has one line for each package', () => {
    const [lock] = fc.sample(locks, { numRuns: 1, seed: 7 });
    const withPackages = formatLock(lock!).split('\n').length;
    expect(withPackages - formatLock({ ...lock!, packages: [] }).split('\n').length).toBe(
      Math.max(lock!.packages.length - 1, 0),
    );
  });

  it.each([
    ['no JSON', 'format = 1'],
    ['a path out of the pool', '../../etc/passwd.deb'],
    ['an address as path', 'http://host.invalid/x.deb'],
    ['a short hash', 'abc'],
  ])('refuses %s', (_what, damage) => {
    const good = {
      name: 'bash',
      version: '5.2',
      arch: 'amd64',
      path: 'pool/bash.deb',
      size: 1,
      sha256: 'a'.repeat(64),
    };
    const damaged = damage.endsWith('.deb') ? { ...good, path: damage } : { ...good, sha256: damage };
    const head = { format: 1, suite: 'trixie', arch: 'x86-64', date: '2026-11-19T02:12:54Z' };
    const text = damage === 'format = 1' ? damage : JSON.stringify({ ...head, packages: [damaged] });
    expect(() => parseLock(text, 'my.lock')).toThrowError(
      expect.objectContaining({ code: 'bad_input', details: expect.objectContaining({ what: 'my.lock' }) }),
    );
  });

  it('refuses a package that is locked twice', () => {
    const [lock] = fc.sample(
      locks.filter(({ packages }) => packages.length > 0),
      { numRuns: 1, seed: 3 },
    );
    const twice = { ...lock!, packages: [...lock!.packages, lock!.packages[0]!] };
    expect(() => parseLock(formatLock(twice), 'my.lock')).toThrow(/twice/);
  });
});
