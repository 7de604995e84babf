import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Found, Miss } from '../ports/found.ts';
import type { Reader } from '../ports/reader.ts';

/**
 * Starts all readers at once and takes the first in their order that found something, within one deadline: a later one
 * wins only when all before it have said that they have nothing. What hangs is a miss, and is left behind.
 */
export async function firstFound(
  readers: readonly Reader[],
  deadlineMs: number,
): Promise<{ found: Found | null; misses: Miss[] }> {
  const stop = new AbortController();
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), deadlineMs);
  const answers = readers.map((reader) => attempt(reader, stop.signal));
  const misses: Miss[] = [];
  try {
    for (const [index, answer] of answers.entries()) {
      const outcome = await Promise.race([answer, late.promise]);
      if (outcome !== 'late' && 'instanceId' in outcome) return { found: outcome, misses };
      const { source } = readers[index]!;
      misses.push(
        outcome === 'late'
          ? { source, failed: true, reason: `no answer in ${deadlineMs / 1000} s` }
          : outcome,
      );
    }
    return { found: null, misses };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function attempt({ source, read }: Reader, signal: AbortSignal): Promise<Found | Miss> {
  try {
    return (await read(signal)) ?? { source, failed: false, reason: 'this machine has none' };
  } catch (error) {
    return { source, failed: true, reason: asInterlockError(error).message };
  }
}
