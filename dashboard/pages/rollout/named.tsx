import type { NamedHost, RolloutDetail } from '../../../protocol/api/rollout.ts';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When, WithTimes } from '../../components/when.tsx';
import { decisionLabel } from '../../labels/reason.ts';
import { hostPath } from '../../router/routes.ts';

const columns: readonly Column<NamedHost>[] = [
  { name: 'Host', cell: ({ id, hostname }) => <a href={hostPath(id)}>{hostname || id}</a> },
  { name: 'Runs', wide: true, cell: ({ version }) => version ?? '–' },
  { name: 'What', cell: ({ what }) => decisionLabel(what) },
  { name: 'Since', cell: ({ since }) => <When time={since} never="–" /> },
  { name: 'Last seen', wide: true, cell: ({ lastSeen }) => <When time={lastSeen} /> },
  { name: 'Detail', wide: true, cell: ({ detail }) => <WithTimes text={detail} /> },
];

const kinds = [
  ['failed', 'Failed'],
  ['underWay', 'Under way'],
  ['canary', 'Missing in the canary'],
  ['unable', 'Cannot come'],
] as const;

/** Who is behind the figures: whoever counts as failed, holds a place, keeps the canary waiting or cannot come. */
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
