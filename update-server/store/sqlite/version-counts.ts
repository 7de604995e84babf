import type Database from 'better-sqlite3';
import { thinnedBefore, type VersionCount } from '../../domain/fleet/overview.ts';
import type { FleetStore } from '../interface/fleet.ts';
import type { Write } from './group-commit.ts';

/** How many hosts ran which version, hour by hour. */
export function versionCountStore(
  db: Database.Database,
  write: Write,
): Pick<FleetStore, 'keepVersionCounts' | 'versionCounts'> {
  const insert = db.prepare('INSERT OR IGNORE INTO version_count VALUES (@at, @name, @version, @hosts)');
  const thin = db.prepare(
    "DELETE FROM version_count WHERE at < ? AND at NOT LIKE '%T00:00:00.000Z' OR at < ?",
  );
  const since = db.prepare<[string], VersionCount>(
    'SELECT * FROM version_count WHERE at >= ? ORDER BY at, name, version',
  );
  return {
    keepVersionCounts: (counts) =>
      write(() => {
        const at = counts[0]?.at;
        if (!at) return;
        for (const count of counts) insert.run(count);
        const { hours, days } = thinnedBefore(at);
        thin.run(hours, days);
      }),
    versionCounts: async (from) => since.all(from),
  };
}
