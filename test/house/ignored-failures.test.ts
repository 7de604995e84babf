import { expect, it } from 'vitest';
import { readSources } from './import-graph.ts';

const swallows = /\.catch\(\(\) =>/;
const says = /\/\/|\/\*|^\s*\*/;

it('each failure that is swallowed says on its line, or within two lines of it, why it may be', () => {
  const places = readSources().flatMap(({ file, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      if (!swallows.test(line)) return [];
      const around = lines.slice(Math.max(0, index - 2), index + 2);
      return [{ place: `${file}:${index + 1}`, isExplained: around.some((each) => says.test(each)) }];
    });
  });
  expect(places.length).toBeGreaterThan(50);
  expect(places.filter(({ isExplained }) => !isExplained)).toEqual([]);
});
