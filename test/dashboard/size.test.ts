import { expect, it } from 'vitest';
import { bundleDashboard } from '../../update-server/ui/bundle.ts';

/** All of the page, and what is needed before anything is shown, as browsers get it that know gzip alone. */
const mostBytes = { all: 100_000, first: 36_000 }; // 97.7 KiB, 35.2 KiB

it('weighs less than 98 KiB in all and 36 KiB at first, and draws nothing before a chart is looked at', async () => {
  const { files } = await bundleDashboard();
  const all = [...files.values()].reduce((sum, { gzip }) => sum + gzip.length, 0);
  expect(all).toBeLessThan(mostBytes.all);
  // the chunks that the main file imports come before anything is shown, too
  const main = files.get('/assets/main.js')!.bytes.toString('utf8');
  const shared = [...main.matchAll(/from"\.\/([\w-]+\.js)"/g)].map(([, name]) => `/assets/${name}`);
  expect(shared.length).toBeGreaterThan(0);
  const first = ['/', '/assets/main.js', '/assets/style.css', ...shared].map((path) => files.get(path)!);
  expect(first.reduce((sum, { gzip }) => sum + gzip.length, 0)).toBeLessThan(mostBytes.first);
  expect([...files.keys()].some((path) => path.startsWith('/assets/draw-chart-'))).toBe(true);
});
