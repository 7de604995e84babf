import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { ofRollout, policyWord } from '../labels/states.ts';
import { rolloutPath } from '../router/routes.ts';
import { State } from './signal.tsx';
import { Track, TrackFigures } from './track.tsx';
import { When } from './when.tsx';

/** A rollout in few lines: what goes where, how it fares, how far it is. */
export function RolloutLine({ of: rollout }: { of: RolloutSummary }) {
  const { aspect, word } = ofRollout(rollout.state);
  return (
    <article class="rollout-line">
      <header>
        <h3>
          <a href={rolloutPath(rollout.id)}>
            {rollout.name} {rollout.version} <span class="quiet">to {rollout.channel}</span>
          </a>
        </h3>
        <State aspect={aspect}>{word}</State>
      </header>
      {rollout.reason && <p class="reason">{rollout.reason}</p>}
      <Track of={rollout} />
      <TrackFigures of={rollout} />
      <p class="quiet small">
        {rollout.arch}, {policyWord(rollout.policy)}, since <When time={rollout.starts} />
        {rollout.canary === 'waiting' && '; canaries first'}
      </p>
    </article>
  );
}
