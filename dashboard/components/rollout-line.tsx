import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { describeRolloutState, policyLabel } from '../labels/rollout.ts';
import { rolloutPath } from '../router/routes.ts';
import { State } from './signal.tsx';
import { Track, TrackFigures } from './track.tsx';
import { When } from './when.tsx';

/** A rollout in a few lines: release, channel, state and progress. */
export function RolloutLine({ of: rollout }: { of: RolloutSummary }) {
  return (
    <article class="rollout-line">
      <header>
        <h3>
          <a href={rolloutPath(rollout.id)}>
            {rollout.name} {rollout.version} <span class="quiet">to {rollout.channel}</span>
          </a>
        </h3>
        <RolloutStatus of={rollout} />
      </header>
      {rollout.reason && <p class="reason">{rollout.reason}</p>}
      <Track of={rollout} />
      <TrackFigures of={rollout} failedPath={`${rolloutPath(rollout.id)}#s-failed`} />
      <p class="quiet small">
        {rollout.arch}, {policyLabel(rollout.policy)}, {rollout.state === 'scheduled' ? 'starts' : 'since'}{' '}
        <When time={rollout.starts} />
        {rollout.canary === 'waiting' && '; waiting for canaries'}
      </p>
    </article>
  );
}

/** The state of a rollout, as a signal and its label. */
export function RolloutStatus({ of: { state } }: { of: Pick<RolloutSummary, 'state'> }) {
  const { tone, label } = describeRolloutState(state);
  return <State tone={tone}>{label}</State>;
}
