import type { NamedHost, RolloutDetail } from '../../protocol/api/rollout.ts';
import { formatList } from '../../system/list/format-list.ts';
import type { Column, List } from '../../system/list/list.ts';

const host: Column<NamedHost> = { name: 'host', kind: 'id', value: ({ id }) => id };
const name: Column<NamedHost> = { name: 'name', value: ({ hostname }) => hostname };
const state: Column<NamedHost> = { name: 'state', value: ({ what }) => what };
const since: Column<NamedHost> = { name: 'since', kind: 'time', value: (named) => named.since };

const others: List<NamedHost> = {
  none: '',
  columns: [host, name, state, since, { name: 'detail', kind: 'text', value: ({ detail }) => detail }],
};

/** The hosts behind a rollout’s figures, a table for each kind; an older server sends none. */
export function describeNamed({ named, version }: Pick<RolloutDetail, 'named' | 'version'>): string[] {
  const failed: List<NamedHost> = {
    none: '',
    columns: [
      host,
      name,
      { ...state, isSpare: true },
      { name: 'failed', kind: 'version', value: () => version, isSpare: true },
      { name: 'phase', value: ({ phase }) => phase },
      { name: 'runs', kind: 'version', value: (one) => one.version, isSpare: true },
      since,
      { name: 'reason', kind: 'text', value: ({ detail }) => detail },
    ],
  };
  const kinds = [
    ['failed', failed, named?.failed],
    ['under way', others, named?.underWay],
    ['missing in the canary', others, named?.canary],
    ['cannot come', others, named?.unable],
  ] as const;
  return kinds.flatMap(([title, list, hosts]) =>
    hosts && hosts.length > 0 ? [`${title}\n${formatList(list, hosts)}`] : [],
  );
}
