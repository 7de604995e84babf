import { expect, test } from 'vitest';
import { limitRate } from '../../../agent/download/limit-rate.ts';

async function* chunks(count: number, length: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(length, index);
}

async function drain(stream: AsyncGenerator<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

test('two streams together take no more than the rate', async () => {
  const pace = limitRate(1_000_000);
  const { signal } = new AbortController();
  const started = performance.now();
  const read = await Promise.all([
    drain(pace(chunks(50, 10_000), signal)),
    drain(pace(chunks(50, 10_000), signal)),
  ]);
  expect(read).toEqual([500_000, 500_000]);
  // a second's worth, less the quarter that may come at once
  expect(performance.now() - started).toBeGreaterThan(740);
});

test('an abort ends the waiting', async () => {
  const abort = new AbortController();
  const reading = drain(limitRate(16_384)(chunks(1, 1 << 20), abort.signal));
  setTimeout(() => abort.abort(new Error('enough')), 20);
  await expect(reading).rejects.toThrow();
});
