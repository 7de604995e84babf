import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { HashedRegion } from '../../../builder/payload/hash-regions.ts';
import { planFull } from '../../../builder/payload/plan-full.ts';

const block = 4096;

/** Files of a root, one behind the other: path and blocks. */
function regions(...files: [path: string, blocks: number][]): HashedRegion[] {
  let offset = 0;
  return files.map(([path, blocks]) => {
    const length = blocks * block;
    offset += length;
    const region = { part: 'root', path, offset: offset - length, length, size: length } as const;
    return { ...region, sha256: hash('sha256', path) };
  });
}

const planned = (...files: [path: string, blocks: number][]) =>
  planFull(regions(...files), 'small').map(({ offset, length }) => [offset / block, length / block]);

it('puts short files together, and lets long ones stand alone, in pieces', () => {
  expect(planned(['a/x', 1], ['a/two', 1], ['a/long', 600], ['a/z', 1])).toEqual([
    [0, 2],
    [2, 512],
    [514, 88],
    [602, 1],
  ]);
});

it('ends a group of some length with its folder', () => {
  expect(planned(['a/x', 4], ['b/y', 5], ['c/z', 1])).toEqual([
    [0, 9],
    [9, 1],
  ]);
});

it('covers everything once, however long folders are', () => {
  const files = Array.from({ length: 500 }, (_, n): [string, number] => [`some/file-${n}`, 1 + (n % 7)]);
  const extents = planFull(regions(...files), 'small');
  let at = 0;
  for (const { offset, length } of extents) {
    expect(offset).toBe(at);
    at += length;
  }
  expect(at).toBe(files.reduce((sum, [, blocks]) => sum + blocks * block, 0));
  expect(extents.length).toBeGreaterThan(10);
});
