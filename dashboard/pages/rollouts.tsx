import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Answered } from '../components/answered.tsx';
import { Command } from '../components/copy.tsx';
import { Empty } from '../components/notice.tsx';
import { Page, Section } from '../components/page.tsx';
import { RolloutLine } from '../components/rollout-line.tsx';
import { State } from '../components/signal.tsx';
import { type Column, Table } from '../components/table.tsx';
import { When } from '../components/when.tsx';
import { count } from '../format/size.ts';
import { ofRollout } from '../labels/states.ts';
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
    cell: ({ state }) => <State aspect={ofRollout(state).aspect}>{ofRollout(state).word}</State>,
  },
  { name: 'Confirmed', number: true, cell: ({ confirmed }) => count(confirmed) },
  { name: 'Failed', number: true, cell: ({ failed }) => count(failed) },
  { name: 'Policy', wide: true, cell: ({ policy }) => policy },
  { name: 'Architecture', wide: true, cell: ({ arch }) => arch },
  { name: 'Began', wide: true, cell: ({ starts }) => <When time={starts} /> },
];

/** Every rollout: those that move or stand, and those that are history. */
export function RolloutsPage() {
  const rollouts = useAnswer<{ rollouts: RolloutSummary[] }>('/v1/rollouts', ['rollout', 'channel']);
  return (
    <Page title="Rollouts">
      <Answered of={rollouts}>
        {({ rollouts }) => (rollouts.length ? <All of={rollouts} /> : <None />)}
      </Answered>
    </Page>
  );
}

function All({ of }: { of: readonly RolloutSummary[] }) {
  const isOpen = ({ state }: RolloutSummary) => ['running', 'paused', 'halted'].includes(state);
  const over = of.filter((each) => !isOpen(each));
  return (
    <>
      <Section title="Active">
        {!of.some(isOpen) && <p class="quiet">None is active.</p>}
        {of.filter(isOpen).map((rollout) => (
          <RolloutLine key={rollout.id} of={rollout} />
        ))}
      </Section>
      {over.length > 0 && (
        <Section title="Earlier">
          <Table caption="Earlier rollouts" columns={columns} rows={over} keyOf={({ id }) => id} />
        </Section>
      )}
    </>
  );
}

function None() {
  return (
    <Empty title="Nothing was ever rolled out from here.">
      <p>A rollout begins by itself when a release is published or promoted to a channel:</p>
      <Command
        text={`interlock publish releases/tiny-1-x86-64 --server ${location.origin} --keys keys --channel alpha`}
      />
    </Empty>
  );
}
