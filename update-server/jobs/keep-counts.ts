import { versionCounts } from '../domain/fleet/overview.ts';
import type { Store } from '../store/interface/store.ts';
import { repeat } from './repeat.ts';

const lookMs = 60_000;

interface Needs {
  store: Store;
  now(): Date;
}

/** Records once an hour how many hosts run which version. Returns how to stop. */
export function keepCounts(needs: Needs, log: (problem: string) => void): () => void {
  let done = '';
  const look = async () => {
    const hour = hourOf(needs.now());
    if (hour === done) return;
    await countHour(needs, hour);
    done = hour;
  };
  return repeat(look, lookMs, log);
}

/** Counts for one hour, unless that was done before. */
export async function countHour({ store, now }: Needs, hour: string): Promise<void> {
  const [known] = await store.versionCounts(hour);
  if (known) return;
  await store.keepVersionCounts(versionCounts(await store.countHosts(now()), hour));
}

/** The full hour before a moment. */
export function hourOf(now: Date): string {
  return `${now.toISOString().slice(0, 13)}:00:00.000Z`;
}
