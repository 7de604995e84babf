import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damagedLine } from '../../../../builder/packages/lock/damaged-line.ts';
import {
  formatLock,
  type PackagesLock,
  parseLock,
  sortPackages,
} from '../../../../builder/packages/lock/packages-lock.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const lockedPackage = fc.record({
  name: fc.stringMatching(/^[a-z0-9][a-z0-9.+-]{1,12}$/),
  version: fc.stringMatching(/^[0-9A-Za-z.+:~-]{1,12}$/),
  arch: fc.constantFrom('amd64', 'all'),
  path: fc.stringMatching(/^pool\/[a-z]{1,5}\/[a-z0-9+~_-]{1,9}\.deb$/),
  size: fc.nat(),
  sha256: hex,
});
const firstFormat: fc.Arbitrary<PackagesLock> = fc.record({
  format: fc.constant(1 as const),
  suite: fc.constant('trixie'),
  arch: fc.constant('x86-64' as const),
  date: fc.constant('2026-11-19T02:12:54Z'),
  packages: fc.uniqueArray(lockedPackage, { selector: ({ name }) => name }),
});

const secondFormat = firstFormat
  .filter(({ packages }) => packages.length >= 2)
  .chain((lock) =>
    fc.integer({ min: 1, max: 2 }).map((count): PackagesLock => {
      const requested = Object.fromEntries([['mail-agent=*', lock.packages[0]!.name]]);
      const layers = Array.from({ length: count }, () => lock.date);
      const packages = lock.packages.map((each, index) => (index % count ? { ...each, layer: 2 } : each));
      return { ...lock, format: 2, requested, layers, packages };
    }),
  );
const locks = fc.oneof(firstFormat, secondFormat);

describe('packages.lock', () => {
  it('reads back what it wrote, whatever the order it was given', () => {
    fc.assert(
      fc.property(locks, (lock) => {
        const text = formatLock(lock);
        expect(formatLock({ ...lock, packages: lock.packages.toReversed() })).toBe(text);
        const read = parseLock(text, 'packages.lock');
        expect(read).toEqual({ ...lock, packages: sortPackages(lock.packages) });
        expect(formatLock(read)).toBe(text);
      }),
    );
  });

  it('has one line for each package', () => {
    const [lock] = fc.sample(firstFormat, { numRuns: 1, seed: 7 });
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
      expect.objectContaining({ code: 'bad_input', details: expect.objectContaining({ what: 'my.lock:1' }) }),
    );
  });

  it('refuses a package that is locked twice', () => {
    const [lock] = fc.sample(
      firstFormat.filter(({ packages }) => packages.length > 0),
      { numRuns: 1, seed: 3 },
    );
    const twice = { ...lock!, packages: [...lock!.packages, lock!.packages[0]!] };
    expect(() => parseLock(formatLock(twice), 'my.lock')).toThrow(/twice/);
  });

  const locked = (name: string, more: object = {}) => ({
    ...{ name, version: '1', arch: 'all', path: 'pool/a.deb', size: 1, sha256: 'a'.repeat(64), ...more },
  });
  const head = { format: 2, suite: 'trixie', arch: 'x86-64', date: '2026-11-19T02:12:54Z' } as const;
  const two: PackagesLock = {
    ...head,
    requested: { editor: 'vim', 'vim=2:*': 'vim' },
    layers: [head.date, '2026-11-20T00:00:00Z'],
    packages: [locked('bash'), locked('vim', { layer: 2 })],
  };
  const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

  it.each<[what: string, change: object, place: string, words: RegExp]>([
    ['a layer beyond', { layers: [head.date] }, '"name":"vim"', /vim is in a layer beyond the 1/],
    ['an empty layer', { packages: [locked('vim')] }, '"layers"', /a layer has no package/],
    [
      'a request without package',
      { requested: { sudo: 'sudo' } },
      '"sudo"',
      /sudo is requested and not locked/,
    ],
    ['a request that is none', { requested: { 'vim-': 'vim' } }, '"vim-"', /removes a package/],
    ['no requests', { requested: undefined }, '"format"', /format 2 has requested and layers/],
    ['layers of format 1', { format: 1 }, '"format"', /format 1 has no requested and layers/],
    ['a date that is none', { layers: ['yesterday'] }, '"layers"', /layers\/0 is not a calendar time/],
    [
      'a version that is none',
      { packages: [locked('bash'), locked('vim', { version: '' })] },
      '"name":"vim"',
      /version/,
    ],
    ['a fifth layer', { packages: [locked('bash'), locked('vim', { layer: 5 })] }, '"name":"vim"', /layer/],
  ])('names the line of %s', (_what, change, place, words) => {
    const text = formatLock({ ...two, ...change } as PackagesLock);
    expect(() => parseLock(text, 'my.lock')).toThrowError(
      expect.objectContaining({
        code: 'bad_input',
        details: { what: `my.lock:${lineOf(text, place)}`, problem: expect.stringMatching(words) },
      }),
    );
  });

  it.each([
    ['a conflict in the head', '  "packages"', '<<<<<<< HEAD\n  "packages"', '<<<'],
    ['a conflict among the packages', '    {"name":"vim"', '<<<<<<< HEAD\n    {"name":"vim"', '<<<'],
    ['a conflict among the requests', '    "vim=', '=======\n    "vim=', '==='],
    ['a comma too many', '"layer":2}', '"layer":2},', '  ]\n}'],
    ['a comma that is missing', '"},\n    {"name":"vim"', '"}\n    {"name":"vim"', '    {"name":"vim"'],
    ['a string that is not closed', '"suite":"', '"suite":', 'trixie'],
    ['an end too early', '  ]\n}\n', '', '{"name":"vim"'],
    ['text after the end', '  ]\n}\n', '  ]\n}\n\nmore\n', 'more'],
  ])('names the line of %s', (_what, from, to, place) => {
    const text = formatLock(two).replaceAll('": "', '":"').replace(from, to);
    expect(text).not.toBe(formatLock(two).replaceAll('": "', '":"'));
    expect(() => parseLock(text, 'my.lock')).toThrow(`my.lock:${lineOf(text, place)}: is not valid JSON`);
  });

  it('finds a line in whatever JSON does not allow', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (json, at, more) => {
        const text = json.slice(0, at % (json.length + 1)) + more + json.slice(at % (json.length + 1));
        const lines = text.split('\n').length;
        fc.pre(!isJson(text));
        expect(damagedLine(text)).toBeGreaterThan(0);
        expect(damagedLine(text)).toBeLessThanOrEqual(lines);
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
