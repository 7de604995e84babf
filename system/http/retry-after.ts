const longestSeconds = 3600;

/**
 * How many seconds an answer asks to be left alone, out of `Retry-After`: a number, or a date that is set against the
 * answer's own `Date`, so that a wrong clock here does not matter. Never more than an hour; null for anything else.
 */
export function retryAfterSeconds(
  headers: Partial<Record<'retry-after' | 'date', string | undefined>>,
  now: Date = new Date(),
): number | null {
  const text = headers['retry-after']?.trim();
  if (!text || !/^(\d+$|[A-Z][a-z]+,? )/.test(text)) return null;
  const sent = Date.parse(headers.date ?? '');
  const since = Number.isNaN(sent) ? now.getTime() : sent;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - since) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(longestSeconds, Math.max(0, Math.ceil(seconds)));
}
