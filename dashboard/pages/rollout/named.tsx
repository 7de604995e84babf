import type { NamedHost, RolloutDetail } from '../../../protocol/api/rollout.ts';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When, WithTimes } from '../../components/when.tsx';
import { decisionLabel } from '../../labels/reason.ts';
import { hostPath } from '../../router/routes.ts';

const columns: readonly Column<NamedHost>[] = [
  { name: 'Host', cell: ({ id, hostname }) => <a href={hostPath(id)}>{hostname || id}</a> },
  { name: 'Runs', wide: true, cell: ({ version }) => version ?? '–' },
  { name: 'Status', cell: ({ what }) => decisionLabel(what) },
  { name: 'Since', cell: ({ since }) => <When time={since} never="–" /> },
  { name: 'Last seen', wide: true, cell: ({ lastSeen }) => <When time={lastSeen} /> },
  { name: 'Detail', wide: true, cell: ({ detail }) => <WithTimes text={detail} /> },
];

const kinds = [
  ['failed', 'Failed'],
  ['underWay', 'Under way'],
  ['canary', 'Missing canaries'],
  ['unable', 'Unable to update'],
] as const;

/** The hosts behind the figures: those that failed, are under way, hold up the canary or cannot update. */
export function NamedHosts({ of: { named } }: { of: RolloutDetail }) {
  return (
    <>
      {kinds
        .filter(([kind]) => (named?.[kind] ?? []).length > 0)
        .map(([kind, title]) => (
          <Section key={kind} title={title}>
            <Table caption={title} columns={columns} rows={named[kind]} keyOf={({ id }) => id} />
          </Section>
        ))}
    </>
  );
}
