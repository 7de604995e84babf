import type { CurveAnswer, WaitingAnswer } from '../../../protocol/api/dashboard.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { useSpoken } from '../../components/announce.tsx';
import { Answered } from '../../components/answered.tsx';
import { Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RolloutStatus } from '../../components/rollout-line.tsx';
import { Track, TrackFigures } from '../../components/track.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { describeRolloutState, policyLabel } from '../../labels/rollout.ts';
import { type PageProps, releasePath } from '../../router/routes.ts';
import { Actions } from './actions.tsx';
import { FailureRate, Progress } from './curves.tsx';
import { describePolicy, stations } from './describe-policy.ts';
import { NamedHosts } from './named.tsx';
import { WaitingHosts } from './waiting.tsx';

/** One rollout: how far it is, whether it may go on, why the others wait, and how to steer it. */
export function RolloutPage({ params: { id = '' } }: PageProps) {
  const path = `/v1/rollouts/${encodeURIComponent(id)}`;
  const rollout = useAnswer<RolloutDetail>(path, ['rollout']);
  const curve = useAnswer<CurveAnswer>(`${path}/curve`, ['rollout']);
  const waiting = useAnswer<WaitingAnswer>(`${path}/waiting?limit=12`, ['rollout', 'hosts']);
  const { data } = rollout;
  useSpoken(data && `The rollout is ${describeRolloutState(data.state).label.toLowerCase()}.`);
  return (
    <Page
      title={data ? `${data.name} ${data.version} to ${data.channel}` : 'Rollout'}
      over={<a href="/rollouts">Rollouts</a>}
      actions={data && <Actions of={data} applied={rollout.again} />}
    >
      <Answered of={rollout}>
        {(data) => (
          <>
            <Standing of={data} />
            <NamedHosts of={data} />
            <Answered of={curve}>
              {(curve) => (
                <div class="pair">
                  <Progress of={curve} rollout={data} />
                  <FailureRate of={curve} />
                </div>
              )}
            </Answered>
            <Answered of={waiting}>{(waiting) => <WaitingHosts of={waiting} rollout={data} />}</Answered>
            <Policy of={data} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function Standing({ of: rollout }: { of: RolloutDetail }) {
  return (
    <>
      {rollout.state === 'halted' && (
        <Notice tone="stop" title={`It stopped by itself: ${rollout.reason}.`}>
          <p>
            Nobody starts any more; hosts that have rebooted go on. Look at what failed below, then resume, or
            roll the channel back:{' '}
            <code>
              interlock rollback {rollout.name} --channel {rollout.channel} --to VERSION --keys DIR
            </code>
          </p>
        </Notice>
      )}
      <div>
        <p>
          <RolloutStatus of={rollout} />
          {rollout.reason && rollout.state !== 'halted' && <span class="quiet"> {rollout.reason}</span>}
        </p>
        <Track of={rollout} stations={stations(rollout.policyText)} />
        <TrackFigures of={rollout} />
      </div>
    </>
  );
}

function Policy({ of: rollout }: { of: RolloutDetail }) {
  const { name, version, arch, policy, policyText, starts, created, release, inFlightLimit } = rollout;
  return (
    <Section title="What it follows" note={policyLabel(policy)}>
      <ul class="rules">
        {describePolicy(policyText, inFlightLimit).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Facts
        of={[
          ['Release', <a href={releasePath(name, version, arch)}>{`${name} ${version} ${arch}`}</a>],
          ['Made', <When time={created} />],
          ['Began', <When time={starts} />],
          ['Rollout', <code>{rollout.id}</code>],
          ['release.json', <code>{short(release, 16)}</code>],
        ]}
      />
    </Section>
  );
}
