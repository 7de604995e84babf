import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of unused rate that may be made up for: short stalls cost nothing, long pauses bring no burst. */
const burstMs = 250;

/**
 * Slows everything that passes, together, to so many bytes per second. A chunk is passed on when its time has come, so the
 * sender is held back by its socket's buffer.
 */
export function limitRate(
  bytesPerSecond: number,
): (chunks: AsyncGenerator<Buffer>, signal: AbortSignal) => AsyncGenerator<Buffer> {
  let due = 0;
  return async function* pace(chunks, signal) {
    for await (const chunk of chunks) {
      due = Math.max(due, performance.now() - burstMs) + (chunk.length * 1000) / bytesPerSecond;
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal });
      yield chunk;
    }
  };
}
