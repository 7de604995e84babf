import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { versionCounts } from '../domain/fleet/overview.ts';
import type { Ports } from '../routing/ports.ts';

const lookMs = 60_000;

/** Writes down once an hour how many hosts run which version; `tell` hears what fails. Returns how to stop. */
export function keepCounts(ports: Pick<Ports, 'store' | 'now'>, tell: (problem: string) => void): () => void {
  let done = '';
  const look = async () => {
    const hour = hourOf(ports.now());
    if (hour === done) return;
    await countHour(ports, hour);
    done = hour;
  };
  const tryLook = () => void look().catch((error) => tell(asInterlockError(error).message));
  tryLook();
  const timer = setInterval(tryLook, lookMs);
  return () => clearInterval(timer);
}

/** Counts for one hour, unless that was done before. */
export async function countHour({ store, now }: Pick<Ports, 'store' | 'now'>, hour: string): Promise<void> {
  const [known] = await store.versionCounts(hour);
  if (known) return;
  await store.keepVersionCounts(versionCounts(await store.survey(now()), hour));
}

/** The full hour before a moment. */
export function hourOf(now: Date): string {
  return `${now.toISOString().slice(0, 13)}:00:00.000Z`;
}
