import type { HostSort } from '../../../protocol/api/hosts.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { Labels } from '../../components/labels.tsx';
import { State } from '../../components/signal.tsx';
import type { Column } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { describeHost } from '../../labels/host.ts';
import { decisionLabel } from '../../labels/reason.ts';
import { hostPath, pathTo } from '../../router/routes.ts';
import { type Filter, type Order, wordsOf } from './filter.ts';

type Sortable = Column<HostSummary> & { sort?: HostSort };

/** The columns of the list of hosts; those that it can be sorted by have a link in their head. */
export function hostColumns(filter: Filter, order: Order): Column<HostSummary>[] {
  return columns.map(({ sort, ...column }) => {
    if (!sort) return column;
    const isHere = order.sort === sort;
    const next: Order = { sort, isDescending: isHere ? !order.isDescending : sort === 'seen' };
    return {
      ...column,
      sorted: isHere ? (order.isDescending ? 'descending' : 'ascending') : undefined,
      head: (
        <a class="sort" href={pathTo('/hosts', { ...filter, ...wordsOf(next) })}>
          {column.name}
          <span aria-hidden="true">{isHere ? (order.isDescending ? ' ↓' : ' ↑') : ''}</span>
        </a>
      ),
    };
  });
}

const columns: readonly Sortable[] = [
  {
    name: 'Host',
    sort: 'name',
    cell: ({ id, hostname, version, channel, ...host }) => (
      <>
        <a href={hostPath(id)}>{hostname || short(id)}</a>
        {flagsOf(host).map((flag) => (
          <span key={flag} class="tag">
            {flag}
          </span>
        ))}
        <small class="narrow">
          {version ?? 'no version yet'} · {channel ?? 'no channel'}
        </small>
      </>
    ),
  },
  {
    name: 'State',
    sort: 'state',
    cell: (host) => {
      const { tone, label } = describeHost(host);
      const more = detailOf(host);
      return (
        <>
          <State tone={tone}>{label}</State>
          {more && <span class="more"> · {more}</span>}
        </>
      );
    },
  },
  { name: 'Version', sort: 'version', wide: true, cell: ({ version }) => version ?? '–' },
  {
    name: 'Channel',
    sort: 'channel',
    wide: true,
    cell: ({ name, channel }) => `${name} / ${channel ?? '–'}`,
  },
  { name: 'Group', sort: 'group', wide: true, cell: ({ group }) => group ?? '–' },
  { name: 'Labels', wide: true, cell: ({ labels = {} }) => <Labels of={labels} /> },
  { name: 'Last seen', sort: 'seen', number: true, cell: ({ lastSeen }) => <When time={lastSeen} /> },
];

type Flagged = Pick<HostSummary, 'held' | 'pinned' | 'cloned' | 'approved' | 'trouble'>;

/** What an operator decided about a host, or needs to look at. */
function flagsOf({ held, pinned, cloned, approved, trouble }: Flagged): string[] {
  const flags = [
    held && 'held',
    pinned && `pinned ${pinned}`,
    cloned && 'cloned',
    !approved && 'unapproved',
    trouble?.code,
  ];
  return flags.filter((flag) => typeof flag === 'string');
}

/** Decisions that the state itself says already. */
const shownByState = ['up_to_date', 'held', 'pinned', 'cloned', 'failed_here', 'cancelled_here'];

/** What a host waits for, or which version it installs. */
function detailOf({ decision, offered }: HostSummary): string {
  if (decision === 'offered') return `to ${offered}`;
  return decision && !shownByState.includes(decision) ? decisionLabel(decision) : '';
}
