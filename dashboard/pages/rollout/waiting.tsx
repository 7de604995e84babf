import type { WaitingAnswer } from '../../../protocol/api/dashboard.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { WithTimes } from '../../components/when.tsx';
import { count } from '../../format/size.ts';
import { decisionChange, decisionLabel } from '../../labels/reason.ts';
import { hostPath, pathTo } from '../../router/routes.ts';

type Reason = WaitingAnswer['reasons'][number];
type Host = WaitingAnswer['hosts'][number];

/** Why hosts have not started, and what would let them. */
export function WaitingHosts({ of: waiting, rollout }: { of: WaitingAnswer; rollout: RolloutDetail }) {
  const { name, channel, arch } = rollout;
  const reasons: readonly Column<Reason>[] = [
    {
      name: 'Reason',
      cell: ({ reason }) => (
        <a href={pathTo('/hosts', { name, channel, arch, reason })}>{decisionLabel(reason)}</a>
      ),
    },
    { name: 'Hosts', number: true, cell: ({ hosts }) => count(hosts) },
    { name: 'What changes it', wide: true, cell: ({ reason }) => decisionChange(reason) },
  ];
  if (waiting.reasons.length === 0) {
    return (
      <Section title="Waiting" note="by what each host was answered at its last check-in">
        <p class="quiet">No hosts are waiting.</p>
      </Section>
    );
  }
  return (
    <Section title="Waiting" note="by what each host was answered at its last check-in">
      <Table
        caption="Why hosts wait"
        columns={reasons}
        rows={waiting.reasons}
        keyOf={({ reason }) => reason}
      />
      {waiting.hosts.length > 0 && (
        <details class="as-table">
          <summary>Show the first {count(waiting.hosts.length)} hosts</summary>
          <Table caption="Waiting hosts" columns={hosts} rows={waiting.hosts} keyOf={({ id }) => id} />
        </details>
      )}
    </Section>
  );
}

const hosts: readonly Column<Host>[] = [
  { name: 'Host', cell: ({ id, hostname }) => <a href={hostPath(id)}>{hostname || id}</a> },
  { name: 'Runs', cell: ({ version }) => version ?? '–' },
  { name: 'Reason', cell: ({ why }) => <WithTimes text={why} /> },
];
