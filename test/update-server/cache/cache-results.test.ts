import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cacheResults } from '../../../update-server/cache/cache-results.ts';
import { openHostCounts } from '../../../update-server/metrics/count-hosts.ts';
import { makeApp } from '../support/make-app.ts';

const work = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

it('makes what is quick anew, and what is costly seldom, each under its key', async () => {
  const made: string[] = [];
  const costs = { quick: 0, costly: 20 };
  const ask = cacheResults((key) => {
    work(costs[key as keyof typeof costs]);
    return made.push(key);
  });
  for (let n = 0; n < 5; n++) for (const key of ['quick', 'costly']) ask(key);
  expect(made.filter((key) => key === 'quick')).toHaveLength(5);
  expect(made.filter((key) => key === 'costly')).toHaveLength(1);
  // a loaded machine may have made it costlier than asked for
  await expect.poll(() => ask('costly'), { timeout: 10_000, interval: 100 }).toBeGreaterThan(6);
});

it('those who ask for a count at once share one', async () => {
  const desk = await makeApp();
  let counts = 0;
  const store = {
    ...desk.store,
    async countHosts() {
      counts++;
      await sleep(20);
      return [];
    },
  };
  const survey = openHostCounts({ store, now: () => desk.clock.now });
  await Promise.all([survey(), survey(), survey()]);
  expect(counts).toBe(1);
  await survey();
  await survey(60_000);
  expect(counts).toBe(1);
  await desk.close();
});
