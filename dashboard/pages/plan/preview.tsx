import { useMemo } from 'preact/hooks';
import type { PreviewAnswer } from '../../../protocol/api/rollout.ts';
import { Chart } from '../../components/chart.tsx';
import { Notice } from '../../components/notice.tsx';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { count, countOf } from '../../format/size.ts';
import { onCalendar, zoneName } from '../../format/time.ts';
import { describePolicy } from '../../labels/describe-policy.ts';
import { decisionChange, decisionLabel } from '../../labels/reason.ts';
import { hostPath, pathTo } from '../../router/routes.ts';
import type { Choice } from './choice.ts';
import { drawPlan } from './draw-plan.ts';

type Step = PreviewAnswer['steps'][number];
type Unable = NonNullable<PreviewAnswer['unable']>[number];

const shownSteps = 12;
const shownHosts = 3;

const stepColumns: readonly Column<Step>[] = [
  { name: 'From', cell: ({ at }) => (at ? onCalendar(at) : 'never by this policy') },
  { name: 'In', wide: true, cell: ({ at }) => <When time={at} never="–" /> },
  { name: 'Group', wide: true, cell: ({ group }) => group ?? '–' },
  { name: 'Hosts', number: true, cell: ({ hosts }) => count(hosts) },
  {
    name: 'Among them',
    wide: true,
    cell: ({ some }) =>
      some.slice(0, shownHosts).map(({ id, hostname }, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <a href={hostPath(id)}>{hostname || id}</a>
        </span>
      )),
  },
];

/** What the chosen rollout would do: how many hosts, when each part of them starts, and who is left out. */
export function Preview({ of: preview, choice }: { of: PreviewAnswer; choice: Choice }) {
  const { steps, warnings, policyText } = preview;
  const drawing = useMemo(() => drawPlan(preview), [preview]);
  const dated = steps.flatMap(({ at }) => at ?? []);
  const last = dated.at(-1);
  return (
    <>
      {warnings.map((warning) => (
        <Notice key={warning} tone="caution" title={warning} />
      ))}
      {steps.length > 0 && (
        <Section
          title="When hosts start"
          note={`if nothing stops it; limits in flight can make it later; times in ${zoneName(new Date(last ?? Date.now()))}`}
        >
          {new Set(dated).size > 1 && (
            <Chart
              title="Hosts that may have started"
              drawing={drawing}
              summary={`from ${onCalendar(dated[0]!)} to ${onCalendar(last!)}`}
            />
          )}
          <Steps of={steps} />
        </Section>
      )}
      <Outside of={preview} choice={choice} />
      {policyText && (
        <Section title="By this policy">
          <ul class="rules">
            {describePolicy(policyText).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Steps({ of: steps }: { of: readonly Step[] }) {
  const table = (rows: readonly Step[], caption: string) => (
    <Table
      caption={caption}
      columns={stepColumns}
      rows={rows}
      keyOf={({ at, group, some }) => `${at} ${group} ${some[0]?.id}`}
    />
  );
  const rest = steps.slice(shownSteps);
  return (
    <>
      {table(steps.slice(0, shownSteps), 'Which hosts start when')}
      {rest.length > 0 && (
        <details class="as-table">
          <summary>Show {countOf(rest.length, 'later step')}</summary>
          {table(rest, 'Which hosts start later')}
        </details>
      )}
    </>
  );
}

/** The filter of the list of hosts that finds those of a reason. */
function filterOf(reason: Unable['reason']): Record<string, string> {
  if (reason === 'held' || reason === 'silent') return { state: reason };
  if (reason === 'pinned' || reason === 'cloned') return { flag: reason };
  return { reason };
}

function Outside({ of: { unable = [], on = 0, version }, choice }: { of: PreviewAnswer; choice: Choice }) {
  const { name, channel } = choice;
  const columns: readonly Column<Unable>[] = [
    {
      name: 'Reason',
      cell: ({ reason }) => (
        <a href={pathTo('/hosts', { name, channel, ...filterOf(reason) })}>{decisionLabel(reason)}</a>
      ),
    },
    { name: 'Hosts', number: true, cell: ({ hosts }) => count(hosts) },
    { name: 'What changes it', wide: true, cell: ({ reason }) => decisionChange(reason) },
  ];
  return (
    <Section title="Not in the plan">
      <p class="quiet">
        {on > 0 ? (
          <>
            <a href={pathTo('/hosts', { name, channel, version })}>{countOf(on, 'host')}</a> run {version}{' '}
            already.{' '}
          </>
        ) : (
          `No host runs ${version} yet. `
        )}
        {unable.length > 0 ? 'These cannot come as they are now:' : 'No other host is left out.'}
      </p>
      {unable.length > 0 && (
        <Table
          caption="Hosts that cannot come"
          columns={columns}
          rows={unable}
          keyOf={({ reason }) => reason}
        />
      )}
    </Section>
  );
}
