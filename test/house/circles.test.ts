import { describe, expect, it } from 'vitest';
import { fileCircles, folderCircles, importsOf, readSources, rooms, upwards } from './import-graph.ts';

const imports = importsOf(readSources());

describe.each(rooms)('%s', (room) => {
  const own = imports.filter(({ from, to }) => from.startsWith(`${room}/`) && to.startsWith(`${room}/`));

  it('imports nothing from a folder around the importing file', () => {
    expect(upwards(own)).toEqual([]);
  });

  it('has no circle of files, type-only imports included', () => {
    expect(fileCircles(own)).toEqual([]);
  });

  it('has no circle of folders', () => {
    expect(folderCircles(own)).toEqual([]);
  });
});

it('sees the imports that it judges', () => {
  expect(imports.length).toBeGreaterThan(2000);
  const circle = [
    { from: 'a/b/one.ts', to: 'a/c/two.ts' },
    { from: 'a/c/two.ts', to: 'a/c/three.ts' },
    { from: 'a/c/four.ts', to: 'a/b/five.ts' },
    { from: 'a/b/five.ts', to: 'a/top.ts' },
  ];
  expect(fileCircles(circle)).toEqual([]);
  expect(folderCircles(circle)).toEqual([['a/b', 'a/c']]);
  expect(upwards(circle)).toEqual([{ from: 'a/b/five.ts', to: 'a/top.ts' }]);
});
