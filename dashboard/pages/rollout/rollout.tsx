import type { CurveAnswer, WaitingAnswer } from '../../../protocol/api/dashboard.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { useQuery } from '../../api/use-query.ts';
import { useAnnouncement } from '../../components/announce.tsx';
import { Command } from '../../components/copy.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RolloutStatus } from '../../components/rollout-line.tsx';
import { Track, TrackFigures } from '../../components/track.tsx';
import { When } from '../../components/when.tsx';
import { toServer } from '../../format/command.ts';
import { short } from '../../format/size.ts';
import { onCalendar, zoneName } from '../../format/time.ts';
import { describePolicy, stations } from '../../labels/describe-policy.ts';
import { describeRolloutState, policyLabel } from '../../labels/rollout.ts';
import { type PageProps, planPath, releasePath } from '../../router/routes.ts';
import { Actions } from './actions.tsx';
import { NamedHosts } from './named.tsx';
import { FailureRate, Progress } from './progress.tsx';
import { rollbackCommand } from './rollback-command.ts';
import { WaitingHosts } from './waiting.tsx';

/** One rollout: its progress and limits, why other hosts wait, and the actions on it. */
export function RolloutPage({ params: { id = '' } }: PageProps) {
  const path = `/v1/rollouts/${encodeURIComponent(id)}`;
  const rollout = useQuery<RolloutDetail>(path, ['rollout']);
  const curve = useQuery<CurveAnswer>(`${path}/curve`, ['rollout']);
  const waiting = useQuery<WaitingAnswer>(`${path}/waiting?limit=12`, ['rollout', 'hosts']);
  const { data } = rollout;
  useAnnouncement(data && `The rollout is ${describeRolloutState(data.state).label.toLowerCase()}.`);
  return (
    <Page
      title={data ? `${data.name} ${data.version} to ${data.channel}` : 'Rollout'}
      over={<a href="/rollouts">Rollouts</a>}
      actions={
        data && (
          <>
            <Actions of={data} applied={rollout.reload} />
            {data.state !== 'superseded' && (
              <a class="button" href={planPath(data)}>
                {data.state === 'scheduled' ? 'Change the plan' : 'Plan a new rollout'}
              </a>
            )}
          </>
        )
      }
    >
      <Loaded of={rollout}>
        {(data) => (
          <>
            <Status of={data} />
            <NamedHosts of={data} />
            <Loaded of={curve}>
              {(curve) => (
                <div class="pair">
                  <Progress of={curve} rollout={data} />
                  <FailureRate of={curve} />
                </div>
              )}
            </Loaded>
            <Loaded of={waiting}>{(waiting) => <WaitingHosts of={waiting} rollout={data} />}</Loaded>
            <Policy of={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Status({ of: rollout }: { of: RolloutDetail }) {
  return (
    <>
      {rollout.state === 'halted' && (
        <Notice tone="stop" title={`The rollout halted by itself: ${rollout.reason}.`}>
          <p>
            No further host starts; hosts that have rebooted continue. Check the{' '}
            {rollout.failed > 0 ? <a href="#s-failed">failed hosts</a> : 'hosts below'}, then resume the
            rollout, or roll the channel back:
          </p>
          <Command text={rollbackCommand(rollout)} />
        </Notice>
      )}
      {rollout.state === 'scheduled' && (
        <Notice tone="dark" title="The rollout is scheduled.">
          <p>
            No host starts before <When time={rollout.starts} /> ({onCalendar(rollout.starts)}{' '}
            {zoneName(new Date(rollout.starts))}). <a href={planPath(rollout)}>Which hosts start when</a> is
            in its plan, where its start can be changed, too. The same in a terminal, and how to start at once
            instead:
          </p>
          <Command
            text={toServer(`interlock rollout preview ${rollout.name} --channel ${rollout.channel}`)}
          />
          <Command text={toServer(`interlock rollout start ${rollout.name} --channel ${rollout.channel}`)} />
        </Notice>
      )}
      <div>
        <p>
          <RolloutStatus of={rollout} />
          {rollout.reason && rollout.state !== 'halted' && <span class="quiet"> {rollout.reason}</span>}
        </p>
        <Track of={rollout} stations={stations(rollout.policyText)} />
        <TrackFigures of={rollout} failedPath="#s-failed" />
      </div>
    </>
  );
}

function Policy({ of: rollout }: { of: RolloutDetail }) {
  const { name, version, arch, policy, policyText, starts, created, release, inFlightLimit } = rollout;
  return (
    <Section title="Policy" note={policyLabel(policy)}>
      <ul class="rules">
        {describePolicy(policyText, inFlightLimit).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Facts
        of={[
          ['Release', <a href={releasePath(name, version, arch)}>{`${name} ${version} ${arch}`}</a>],
          ['Created', <When time={created} />],
          ['Starts', <When time={starts} />],
          ['Rollout', <code>{rollout.id}</code>],
          ['release.json', <code>{short(release, 16)}</code>],
        ]}
      />
    </Section>
  );
}
