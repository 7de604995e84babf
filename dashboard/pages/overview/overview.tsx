import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import { useQuery } from '../../api/use-query.ts';
import { useAnnouncement } from '../../components/announce.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RolloutLine } from '../../components/rollout-line.tsx';
import { count, countOf, percent } from '../../format/size.ts';
import { AttentionList } from './attention.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Recent } from './recent.tsx';
import { States, Waiting } from './states.tsx';
import { VersionsOverTime } from './versions.tsx';

/** The fleet at a glance: its state, what needs attention, and what is under way. */
export function OverviewPage() {
  const overview = useQuery<OverviewAnswer>('/v1/overview?days=14', ['rollout', 'host', 'hosts', 'channel']);
  useAnnouncement(overview.data && `${countOf(overview.data.attention.length, 'finding')} to look at.`);
  return (
    <Page title="Fleet">
      <Loaded of={overview}>
        {(data) => (data.hosts === 0 ? <FirstSteps of={data} /> : <Fleet data={data} />)}
      </Loaded>
    </Page>
  );
}

function Fleet({ data }: { data: OverviewAnswer }) {
  const { attention, rollouts, recent } = data;
  return (
    <>
      <Summary data={data} />
      <div class="columns">
        <div>
          <AttentionList of={attention} />
          <Section title="Active rollouts" note={<a href="/rollouts">All rollouts</a>}>
            {rollouts.length === 0 && <p class="quiet">No active rollouts.</p>}
            {rollouts.map((rollout) => (
              <RolloutLine key={rollout.id} of={rollout} />
            ))}
          </Section>
          <VersionsOverTime of={data} />
        </div>
        <div>
          <States of={data} />
          <Waiting of={data} />
          <Recent of={recent} />
        </div>
      </div>
    </>
  );
}

/** The fleet in one sentence. */
function Summary({ data: { hosts, states } }: { data: OverviewAnswer }) {
  const of = (state: string) => states.find((each) => each.state === state)?.hosts ?? 0;
  return (
    <p class="lede">
      <b>{count(of('up_to_date'))}</b> of <b>{count(hosts)}</b> {hosts === 1 ? 'host runs' : 'hosts run'} the
      head of their channel, <b>{percent(of('up_to_date') / hosts)}</b>.{' '}
      {of('updating') > 0 && (
        <>
          <b>{count(of('updating'))}</b> {of('updating') === 1 ? 'is' : 'are'} updating.{' '}
        </>
      )}
      {of('failed') > 0 && (
        <>
          <b>{count(of('failed'))}</b> failed.
        </>
      )}
    </p>
  );
}
