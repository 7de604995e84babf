import type Database from 'better-sqlite3';
import type { HostSort } from '../../../protocol/api/hosts.ts';
import { firstOf, orderOf, type Placed, stateKey } from '../../domain/fleet/sort-hosts.ts';
import type { FleetStore } from '../interface/fleet.ts';
import { readSummary, type SummaryRow, summaryColumns } from './host-rows.ts';
import { hostWalker } from './walk-hosts.ts';
import type { WatchClock } from './watch-clock.ts';

const keys: Record<HostSort, string> = {
  name: 'hostname',
  state: "''",
  version: 'version',
  channel: 'channel',
  group: 'coalesce(placed, grp)',
  seen: 'last_seen',
};

/** Sorts hosts by walking all of them and keeping a page's worth; the rows of a page are read when it is shown. */
export function sortHostsStore(
  db: Database.Database,
  watch: WatchClock,
): Pick<FleetStore, 'sortHosts' | 'hostsById'> {
  const walk = hostWalker(db, watch);
  const count = db.prepare<[], number>('SELECT count(*) FROM enrolled_host').pluck();
  const byIds = db.prepare<[string], SummaryRow>(
    `SELECT ${summaryColumns} FROM host WHERE id IN (SELECT value FROM json_each(?))`,
  );
  return {
    async sortHosts(filter, { sort, isDescending, after }, limit) {
      const compare = orderOf(sort, isDescending);
      const page = firstOf<Placed>(limit, compare);
      let matching = 0;
      await walk(filter, keys[sort], ({ id, key, state }) => {
        matching++;
        const host = { id, key: sort === 'state' ? stateKey(state) : (key ?? '') };
        if (!after || compare(host, after) > 0) page.add(host);
      });
      return { page: page.all(), matching, all: count.get()! };
    },
    async hostsById(ids) {
      const watched = watch.now();
      const found = new Map(byIds.all(JSON.stringify(ids)).map((row) => [row.id, readSummary(row, watched)]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },
  };
}
