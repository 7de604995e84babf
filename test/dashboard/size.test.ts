import { expect, it } from 'vitest';
import { bundleDashboard } from '../../update-server/ui/bundle.ts';

/** All of the page, as browsers get it that know gzip alone. */
const mostBytes = 60_000; // 58.6 KiB

it('weighs less than 59 KiB in all, and draws nothing before a chart is looked at', async () => {
  const { files } = await bundleDashboard();
  const all = [...files.values()].reduce((sum, { gzip }) => sum + gzip.length, 0);
  expect(all).toBeLessThan(mostBytes);
  const first = ['/', '/assets/main.js', '/assets/style.css'].map((path) => files.get(path)!);
  expect(first.reduce((sum, { gzip }) => sum + gzip.length, 0)).toBeLessThan(mostBytes * 0.6);
  expect([...files.keys()].some((path) => path.startsWith('/assets/draw-chart-'))).toBe(true);
});
