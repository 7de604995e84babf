import type { HostSort } from '../../../protocol/api/hosts.ts';

/** The query parameters that narrow the list of hosts. */
export const filterNames = [
  'query',
  'state',
  'group',
  'channel',
  'version',
  'label',
  'name',
  'arch',
  'reason',
  'flag',
] as const;

export type FilterName = (typeof filterNames)[number];
/** Which hosts the list shows. */
export type Filter = Partial<Record<FilterName, string>>;

/** How the list is sorted; by name when the address does not say. */
export interface Order {
  sort: HostSort;
  isDescending: boolean;
}

/** The filter in an address. */
export function filterOf(query: URLSearchParams): Filter {
  return Object.fromEntries(
    filterNames.flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])),
  );
}

/** The order in an address; the server refuses words that are none. */
export function orderOf(query: URLSearchParams): Order {
  return { sort: (query.get('sort') ?? 'name') as HostSort, isDescending: query.get('order') === 'desc' };
}

/** The words of an order in an address; none for the usual one. */
export function wordsOf({ sort, isDescending }: Order): { sort?: string; order?: string } {
  return { ...(sort === 'name' ? {} : { sort }), ...(isDescending ? { order: 'desc' } : {}) };
}
