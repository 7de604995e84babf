import { describe, expect, it } from 'vitest';
import { formatLayerChanges } from '../../../../builder/packages/lock/lock-changes.ts';
import { layersOf, layPackages } from '../../../../builder/packages/lock/lock-layers.ts';
import type { PackagesLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { layerKeys, treeKey } from '../../../../builder/tree/install/bootstrap.ts';
import { otherHost, standardHost } from '../../../../builder/tree/sandbox/simulated-host.ts';

/** A lock of one layer out of words such as `bash 5`. */
function chosen(words: string, day: number, suite = 'trixie'): PackagesLock {
  const packages = words.split(', ').map((word) => {
    const [name = '', version = ''] = word.split(' ');
    const sha256 = Buffer.from(word).toString('hex').padEnd(64, '0');
    return { name, version, arch: 'amd64', path: `pool/${name}.deb`, size: 1, sha256 };
  });
  const date = `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
  return { format: 2, suite, arch: 'x86-64', date, requested: {}, layers: [date], packages };
}

/** Layers in words, each with its day of the month. */
function shown(lock: PackagesLock): string[] {
  return layersOf(lock).map(({ date, packages }) => {
    return `${Number(date.slice(8, 10))}: ${packages.map(({ name, version }) => `${name} ${version}`).join(', ')}`;
  });
}

/** Lays one choice after the other, a day apart. */
function history(...choices: string[]): PackagesLock {
  return choices
    .map((words, index) => chosen(words, index + 1))
    .reduce<PackagesLock | undefined>((before, now) => layPackages(now, before), undefined)!;
}

describe('layPackages', () => {
  it.each<[what: string, choices: string[], layers: string[]]>([
    ['begins with one layer', ['b 1, a 1'], ['1: a 1, b 1']],
    ['puts new packages on top', ['a 1, b 1', 'a 1, b 1, c 1'], ['1: a 1, b 1', '2: c 1']],
    ['keeps all layers when nothing changed', ['a 1', 'a 1, b 1', 'a 1, b 1'], ['1: a 1', '2: b 1']],
    [
      'drops the layer of a removed package',
      ['a 1', 'a 1, b 1', 'a 1, b 1, c 1', 'a 1, c 1'],
      ['1: a 1', '4: c 1'],
    ],
    ['drops a layer that is left empty', ['a 1', 'a 1, b 1', 'a 1'], ['1: a 1']],
    ['drops the layer of an updated package', ['a 1', 'a 1, b 1', 'a 1, b 2'], ['1: a 1', '3: b 2']],
    ['begins again when the first layer changed', ['a 1', 'a 1, b 1', 'a 2, b 1'], ['3: a 2, b 1']],
    [
      'has four layers at most',
      ['a 1', 'a 1, b 1', 'a 1, b 1, c 1', 'a 1, b 1, c 1, d 1', 'a 1, b 1, c 1, d 1, e 1'],
      ['1: a 1', '2: b 1', '3: c 1', '5: d 1, e 1'],
    ],
  ])('%s', (_what, choices, layers) => {
    expect(shown(history(...choices))).toEqual(layers);
  });

  it('keeps no layer of another suite, nor below a new essential package', () => {
    const before = history('a 1');
    expect(shown(layPackages(chosen('a 1, b 1', 2, 'forky'), before))).toEqual(['2: a 1, b 1']);
    expect(shown(layPackages(chosen('a 1, b 1', 2), before, new Set(['b'])))).toEqual(['2: a 1, b 1']);
  });

  it('takes a lock of format 1 as one layer', () => {
    const { requested: _r, layers: _l, ...rest } = chosen('a 1', 1);
    const first: PackagesLock = { ...rest, format: 1 };
    expect(shown(first)).toEqual(['1: a 1']);
    expect(shown(layPackages(chosen('a 1, b 1', 2), first))).toEqual(['1: a 1', '2: b 1']);
  });

  it('takes what is new of a package that stays: its place in the archive', () => {
    const moved = chosen('a 1, b 1', 2);
    moved.packages = moved.packages.map((each) => ({ ...each, path: `pool/moved/${each.name}.deb` }));
    const { packages } = layPackages(moved, history('a 1'));
    expect(packages.map(({ path }) => path)).toEqual(['pool/moved/a.deb', 'pool/moved/b.deb']);
  });
});

describe('formatLayerChanges', () => {
  it.each([
    [undefined, 'a 1, b 1', 'layers: 0 kept, 1 new with 2 packages'],
    ['a 1', 'a 1, b 1', 'layers: 1 kept, 1 new with 1 package'],
    ['a 1', 'a 1', 'layers: 1 kept, 0 new'],
    ['a 1', 'a 2', 'layers: 0 kept, 1 new with 1 package'],
  ])('says of %s and then %s: %s', (first, second, words) => {
    const before = first === undefined ? undefined : history(first);
    expect(formatLayerChanges(before, layPackages(chosen(second, 2), before))).toBe(words);
  });
});

describe('layerKeys', () => {
  const before = history('a 1, b 1', 'a 1, b 1, c 1');

  it('keeps the key of a layer when layers come on top, the archive moves on or packages move in it', () => {
    const after = history('a 1, b 1', 'a 1, b 1, c 1', 'a 1, b 1, c 1, d 1');
    const moved = after.packages.map((each) => ({ ...each, path: `pool/moved/${each.name}.deb` }));
    const later = { ...after, date: '2027-01-01T00:00:00Z', packages: moved, requested: { a: 'a' } };
    expect(layerKeys(later).slice(0, 2)).toEqual(layerKeys(before));
    expect(treeKey(later)).toBe(layerKeys(after)[2]);
  });

  it('has the key of a lock of format 1 for its only layer', () => {
    const { requested: _r, layers: _l, ...rest } = history('a 1');
    expect(layerKeys({ ...rest, format: 1 })).toEqual(layerKeys(history('a 1')));
  });

  it.each<[what: string, change: (lock: PackagesLock) => PackagesLock]>([
    ['another time', (lock) => ({ ...lock, layers: ['2026-10-01T00:00:00Z', lock.layers![1]!] })],
    ['another machine', (lock) => ({ ...lock, arch: 'arm64' })],
    [
      'another hash',
      (lock) => ({ ...lock, packages: lock.packages.map((each) => ({ ...each, sha256: 'f'.repeat(64) })) }),
    ],
    [
      'a package in another layer',
      (lock) => ({
        ...lock,
        packages: lock.packages.map((each) => ({ ...each, layer: each.name === 'a' ? 1 : 2 })),
      }),
    ],
  ])('changes every key from the layer on that has %s', (_what, change) => {
    const [low, high] = layerKeys(before);
    const [otherLow, otherHigh] = layerKeys(change(before));
    expect([otherLow === low, otherHigh === high]).toEqual([false, false]);
  });

  it('has other keys for another machine and with documentation', () => {
    const keys = [layerKeys(before), layerKeys(before, otherHost)];
    keys.push(layerKeys(before, standardHost, { documentation: true, locales: [] }));
    expect(new Set(keys.flat()).size).toBe(6);
  });
});
