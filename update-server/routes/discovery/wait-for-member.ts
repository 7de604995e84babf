import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { minuteMs } from '../../../protocol/time/durations.ts';
import { firstSince, indexOf, type Registered, type Registry } from '../../domain/discovery/registry.ts';
import type { Arrivals } from '../../live/arrivals.ts';

/** How long a member may wait with one request; after an empty answer etcd asks again. */
const longestMs = minuteMs;

/** What is waited for, and in which registry. */
export interface Wanted {
  key: string;
  /** The first index that counts; the next one of all if not given. */
  since: number | undefined;
  /** One member alone. */
  id?: string | undefined;
}

/** Waits for the first member since an index. Undefined after a minute; then the caller asks again. */
export async function waitForMember(
  arrivals: Arrivals,
  read: () => Promise<Registry | undefined>,
  { key, since, id }: Wanted,
  gone: AbortSignal,
): Promise<{ registry: Registry | undefined; found?: { member: Registered; index: number } }> {
  const until = Date.now() + longestMs;
  for (let from = since; ; ) {
    const waiting = arrivals.next(key, until - Date.now());
    if (!waiting) throw new InterlockError('overloaded');
    gone.addEventListener('abort', waiting.stop, { once: true });
    const registry = await read();
    from ??= registry && indexOf(registry) + 1;
    const found = registry && firstSince(registry, from ?? 1, id);
    if (found || !registry) waiting.stop();
    if (found) return { registry, found };
    if (!(await waiting.came)) return { registry };
  }
}
