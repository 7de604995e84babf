import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { isActive } from '../../protocol/rules/rollout-actions.ts';
import { useQuery } from '../api/use-query.ts';
import { Command } from '../components/copy.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Empty } from '../components/notice.tsx';
import { Page, Section } from '../components/page.tsx';
import { RolloutLine, RolloutStatus } from '../components/rollout-line.tsx';
import { type Column, Table } from '../components/table.tsx';
import { When } from '../components/when.tsx';
import { count } from '../format/size.ts';
import { rolloutPath } from '../router/routes.ts';

const columns: readonly Column<RolloutSummary>[] = [
  {
    name: 'Release',
    cell: ({ id, name, version, channel }) => (
      <a href={rolloutPath(id)}>
        {name} {version} <span class="quiet">to {channel}</span>
      </a>
    ),
  },
  {
    name: 'State',
    cell: (rollout) => <RolloutStatus of={rollout} />,
  },
  { name: 'Confirmed', number: true, cell: ({ confirmed }) => count(confirmed) },
  { name: 'Failed', number: true, cell: ({ failed }) => count(failed) },
  { name: 'Policy', wide: true, cell: ({ policy }) => policy },
  { name: 'Architecture', wide: true, cell: ({ arch }) => arch },
  { name: 'Started', wide: true, cell: ({ starts }) => <When time={starts} /> },
];

/** Every rollout: the active ones, and earlier ones. */
export function RolloutsPage() {
  const rollouts = useQuery<{ rollouts: RolloutSummary[] }>('/v1/rollouts', ['rollout', 'channel']);
  return (
    <Page
      title="Rollouts"
      actions={
        <a class="button" href="/rollouts/plan">
          Plan a rollout
        </a>
      }
    >
      <Loaded of={rollouts}>{({ rollouts }) => (rollouts.length ? <All of={rollouts} /> : <None />)}</Loaded>
    </Page>
  );
}

function All({ of }: { of: readonly RolloutSummary[] }) {
  const active = of.filter(({ state }) => isActive(state));
  const earlier = of.filter(({ state }) => !isActive(state));
  return (
    <>
      <Section title="Active">
        {active.length === 0 && <p class="quiet">No active rollouts.</p>}
        {active.map((rollout) => (
          <RolloutLine key={rollout.id} of={rollout} />
        ))}
      </Section>
      {earlier.length > 0 && (
        <Section title="Earlier">
          <Table caption="Earlier rollouts" columns={columns} rows={earlier} keyOf={({ id }) => id} />
        </Section>
      )}
    </>
  );
}

function None() {
  return (
    <Empty title="No rollouts yet.">
      <p>A rollout starts when a release is published or promoted to a channel:</p>
      <Command
        text={`interlock publish releases/tiny-1-x86-64 --server ${location.origin} --keys keys --channel alpha`}
      />
    </Empty>
  );
}
