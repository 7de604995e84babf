import { visible } from '../../../protocol/text/visible.ts';
import { type LockLayer, layersOf } from './lock-layers.ts';
import type { PackagesLock } from './packages-lock.ts';

/** One package of two locks that differ; null where a lock does not have it. */
export interface LockChange {
  name: string;
  from: string | null;
  to: string | null;
}

/** What changes from one lock to another, by name. */
export function lockChanges(
  from: Pick<PackagesLock, 'packages'>,
  to: Pick<PackagesLock, 'packages'>,
): LockChange[] {
  const before = new Map(from.packages.map(({ name, version }) => [name, version]));
  const after = new Map(to.packages.map(({ name, version }) => [name, version]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }))
    .filter((change) => change.from !== change.to)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** For people: one line for each change. */
export function formatLockChanges(changes: readonly LockChange[]): string {
  if (changes.length === 0) return 'packages.lock: nothing changed';
  const lines = changes.map(({ name, from, to }) => {
    if (from === null) return `+ ${name} ${to}`;
    return to === null ? `- ${name} ${from}` : `~ ${name} ${from} → ${to}`;
  });
  return lines.map(visible).join('\n');
}

/** For people: how many layers of the lock before stay, and so need no install where the cache has them. */
export function formatLayerChanges(from: PackagesLock | undefined, to: PackagesLock): string {
  const before = from ? layersOf(from) : [];
  const after = layersOf(to);
  const firstNew = after.findIndex((layer, index) => !isSameLayer(layer, before[index]));
  const kept = firstNew === -1 ? after.length : firstNew;
  const count = after.slice(kept).reduce((sum, { packages }) => sum + packages.length, 0);
  return `layers: ${kept} kept, ${after.length - kept} new${count > 0 ? ` with ${count} package${count === 1 ? '' : 's'}` : ''}`;
}

function isSameLayer(a: LockLayer, b: LockLayer | undefined): boolean {
  const hashes = ({ date, packages }: LockLayer) => [date, ...packages.map(({ sha256 }) => sha256)].join();
  return b !== undefined && hashes(a) === hashes(b);
}
