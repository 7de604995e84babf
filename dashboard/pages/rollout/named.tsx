import { useEffect } from 'preact/hooks';
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

const failedColumns = (version: string): readonly Column<NamedHost>[] => [
  { name: 'Host', cell: ({ id, hostname }) => <a href={hostPath(id)}>{hostname || id}</a> },
  { name: 'Failed', cell: () => version },
  { name: 'Phase', cell: ({ phase, what }) => phase ?? decisionLabel(what) },
  { name: 'Reason', cell: ({ detail, what }) => <WithTimes text={detail || decisionLabel(what)} /> },
  { name: 'Runs', wide: true, cell: ({ version }) => version ?? '–' },
  { name: 'Since', wide: true, cell: ({ since }) => <When time={since} never="–" /> },
];

const kinds = [
  ['failed', 'Failed'],
  ['underWay', 'Under way'],
  ['canary', 'Missing canaries'],
  ['unable', 'Unable to update'],
] as const;

/** The hosts behind the figures: those that failed, are under way, hold up the canary or cannot update. */
export function NamedHosts({ of: { named, version } }: { of: RolloutDetail }) {
  useEffect(() => {
    // the part that a link names is there only now
    if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
  }, []);
  const failed = new Set((named?.failed ?? []).map(({ id }) => id));
  const rowsOf = (kind: (typeof kinds)[number][0]) =>
    (named?.[kind] ?? []).filter(({ id }) => kind !== 'unable' || !failed.has(id));
  return (
    <>
      {kinds
        .filter(([kind]) => rowsOf(kind).length > 0)
        .map(([kind, title]) => (
          <Section key={kind} title={title}>
            <Table
              caption={title}
              columns={kind === 'failed' ? failedColumns(version) : columns}
              rows={rowsOf(kind)}
              keyOf={({ id }) => id}
            />
          </Section>
        ))}
    </>
  );
}
