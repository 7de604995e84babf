import type { ChannelsAnswer } from '../../../protocol/api/operator.ts';
import type {
  PolicyAnswer,
  PreviewAnswer,
  RolloutDetail,
  RolloutSummary,
} from '../../../protocol/api/rollout.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { isActive } from '../../../protocol/rules/rollout-actions.ts';
import { usePost } from '../../api/use-post.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Loading } from '../../components/loading.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { type PageProps, pathTo } from '../../router/routes.ts';
import { type Choice, choiceOf, problemOf, requestOf } from './choice.ts';
import { PlanForm } from './form.tsx';
import { Preview } from './preview.tsx';
import { Start } from './start.tsx';

/** Plans the rollout of a channel’s head: what it would do is shown before it is started or scheduled. */
export function PlanPage({ query }: PageProps) {
  const channels = useQuery<ChannelsAnswer>('/v1/channels', ['channel']);
  return (
    <Page title="Plan a rollout" over={<a href="/rollouts">Rollouts</a>}>
      <Loaded of={channels}>
        {({ channels: all }) =>
          all.length === 0 ? (
            <Empty title="Nothing is published yet.">
              <p>
                <a href="/releases">Releases</a> says how to publish one.
              </p>
            </Empty>
          ) : (
            <OfChannel query={query} channels={all} of={chosen(query, all)} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** The channel in the address, or else `stable` or the first there is. */
function chosen(query: URLSearchParams, all: readonly Channel[]): Channel {
  const name = query.get('name') ?? all[0]!.name;
  const mine = all.filter((one) => one.name === name);
  const by = (channel: string | null) => mine.find((one) => one.channel === channel);
  return by(query.get('channel')) ?? by('stable') ?? mine[0] ?? all[0]!;
}

interface OfChannelProps {
  query: URLSearchParams;
  channels: readonly Channel[];
  of: Channel;
}

function OfChannel({ query, channels, of: { name, channel } }: OfChannelProps) {
  const policyPath = `/v1/policies/${encodeURIComponent(name)}/${encodeURIComponent(channel)}`;
  const own = useQuery<PolicyAnswer>(policyPath, ['policy']);
  const rollouts = useQuery<{ rollouts: RolloutSummary[] }>(pathTo('/v1/rollouts', { name, channel }), [
    'rollout',
  ]);
  const active = rollouts.data?.rollouts.find(
    (one) => one.name === name && one.channel === channel && isActive(one.state),
  );
  const waits = active?.state === 'scheduled' ? active : undefined;
  const detail = useQuery<RolloutDetail>(waits ? `/v1/rollouts/${encodeURIComponent(waits.id)}` : null);
  const planned = waits && detail.data?.id === waits.id ? detail.data : undefined;
  return (
    <Loaded of={rollouts}>
      {() => (
        <Loaded of={own}>
          {(policy) => {
            if (waits && !planned && !detail.problem) return <Loading />;
            const choice = choiceOf(query, { name, channel }, planned);
            // what was known of another channel is no ground for a plan of this one
            const isOfChannel = !own.loading && !own.problem;
            return (
              <>
                <PlanForm of={choice} channels={channels} own={policy.policy} isPlanned={Boolean(planned)} />
                {isOfChannel && <Proposal choice={choice} own={policy} planned={planned} active={active} />}
              </>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ProposalProps {
  choice: Choice;
  own: PolicyAnswer;
  planned: RolloutDetail | undefined;
  active: RolloutSummary | undefined;
}

function Proposal({ choice, own, planned, active }: ProposalProps) {
  const problem = problemOf(choice, new Date());
  const body = requestOf(choice, own, planned);
  const preview = usePost<PreviewAnswer>('/v1/rollouts/preview', problem ? null : body, [
    'rollout',
    'channel',
  ]);
  if (problem)
    return (
      <p class="problem" role="alert">
        {problem}
      </p>
    );
  return (
    <Loaded of={preview}>
      {(answer) => (
        <div aria-busy={preview.loading}>
          {!preview.problem && <Start choice={choice} preview={answer} body={body} active={active} />}
          <Preview of={answer} choice={choice} />
        </div>
      )}
    </Loaded>
  );
}
