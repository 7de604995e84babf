import type { HostSummary } from '../../../protocol/api/operator.ts';
import { State } from '../../components/signal.tsx';
import type { Column } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { describeHost } from '../../labels/host.ts';
import { decisionLabel } from '../../labels/reason.ts';
import { hostPath } from '../../router/routes.ts';

/** The columns of the list of hosts. */
export const hostColumns: readonly Column<HostSummary>[] = [
  {
    name: 'Host',
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
  { name: 'Version', wide: true, cell: ({ version }) => version ?? '–' },
  { name: 'Channel', wide: true, cell: ({ name, channel }) => `${name} / ${channel ?? '–'}` },
  { name: 'Group', wide: true, cell: ({ group }) => group ?? '–' },
  { name: 'ID', wide: true, cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
  { name: 'Last seen', number: true, cell: ({ lastSeen }) => <When time={lastSeen} /> },
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
