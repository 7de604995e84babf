import type { HostFilter } from '../../../../protocol/api/dashboard.ts';
import type { HostSort, SortedHostsAnswer } from '../../../../protocol/api/hosts.ts';
import { shareWalks } from '../../../cache/share-walks.ts';
import type { Placed } from '../../../domain/fleet/sort-hosts.ts';
import type { Store } from '../../../store/interface/store.ts';

/** What a sorted page is asked for by. */
export interface SortedQuery {
  filter: HostFilter;
  sort: HostSort;
  isDescending: boolean;
  after: string;
  limit: number;
}

/** Pages of sorted lists. Their walks are shared; what is shown of each host is as it is now. */
export function openSortedList(store: Store): (query: SortedQuery) => Promise<SortedHostsAnswer> {
  const walk = shareWalks((key) => {
    const { filter, limit, after, ...order } = JSON.parse(key) as SortedQuery;
    return store.sortHosts(filter, { ...order, after: readCursor(after) }, limit);
  });
  return async (query) => {
    const { page, matching, all } = await walk(JSON.stringify(query));
    const last = page.length === query.limit ? page.at(-1)! : undefined;
    const hosts = await store.hostsById(page.map(({ id }) => id));
    return { hosts, next: last ? `${last.id}:${last.key}`.slice(0, 350) : null, matching, all };
  };
}

function readCursor(after: string): Placed | null {
  const at = after.indexOf(':');
  return after === '' ? null : { id: after.slice(0, at), key: after.slice(at + 1) };
}
