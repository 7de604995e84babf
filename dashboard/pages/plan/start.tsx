import type { PreviewAnswer, RolloutSummary, StartRequest } from '../../../protocol/api/rollout.ts';
import { request } from '../../api/request.ts';
import { useMayAct } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Command } from '../../components/copy.tsx';
import { When } from '../../components/when.tsx';
import { countOf } from '../../format/size.ts';
import { onCalendar, zoneName } from '../../format/time.ts';
import { describeRolloutState } from '../../labels/rollout.ts';
import { go } from '../../router/navigate.ts';
import { rolloutPath } from '../../router/routes.ts';
import { type Choice, commandOf } from './choice.ts';

interface StartProps {
  choice: Choice;
  preview: PreviewAnswer;
  body: StartRequest;
  /** The rollout whose place it takes. */
  active: RolloutSummary | undefined;
}

/** A moment for a sentence: `2026-12-01 22:00 CET`. */
const moment = (time: string) => `${onCalendar(time)} ${zoneName(new Date(time))}`;

/** The plan in a sentence, and the way to begin it: here, or in a terminal. */
export function Start({ choice, preview, body, active }: StartProps) {
  const mayAct = useMayAct();
  const { name, channel, starts } = choice;
  const { version, steps } = preview;
  const dated = steps.flatMap(({ at }) => at ?? []);
  const [first, last] = [dated[0], dated.at(-1)];
  const never = steps.reduce((sum, { at, hosts }) => sum + (at === null ? hosts : 0), 0);
  const starting = preview.hosts - never;
  const isLater = starts !== 'now';
  const verb = isLater
    ? active?.state === 'scheduled'
      ? 'Change the plan'
      : 'Schedule the rollout'
    : 'Start the rollout';
  const command = commandOf(choice);
  const begin = async (reason: string) => {
    const { rollouts } = await request<{ rollouts: RolloutSummary[] }>('POST', '/v1/rollouts', {
      ...body,
      ...(reason ? { reason } : {}),
    });
    go(rollouts[0] ? rolloutPath(rollouts[0].id) : '/rollouts');
  };
  return (
    <section class="proposal" aria-label="The plan">
      <p class="lede">
        {first ? (
          <>
            <b>{countOf(starting, 'host')}</b> would start {name} {version}: the first at{' '}
            <b>{moment(first)}</b>
            {last !== first && <>, the last at {moment(last!)}</>}.
          </>
        ) : (
          <>
            <b>No host</b> would start {name} {version}.
          </>
        )}
        {never > 0 && <> {countOf(never, 'host')} would never start by this policy.</>}
      </p>
      {active && (
        <p>
          It takes the place of the rollout of <a href={rolloutPath(active.id)}>{active.version}</a>, which is{' '}
          {describeRolloutState(active.state).label.toLowerCase()}
          {active.state === 'scheduled' && <> for {moment(active.starts)}</>}.
        </p>
      )}
      {mayAct ? (
        <p>
          <Confirm
            verb={verb}
            main
            title={`${isLater ? 'Schedule' : 'Start'} the rollout of ${name} ${version} to ${channel}?`}
            reason="wanted"
            done={isLater ? 'The rollout is scheduled.' : 'The rollout is started.'}
            onConfirm={(_, reason) => begin(reason)}
          >
            <p>
              {isLater ? (
                <>
                  No host starts before <b>{moment(starts)}</b>, <When time={starts} />.
                </>
              ) : (
                'It begins at once.'
              )}{' '}
              {countOf(starting, 'host')} would start. It can be paused and aborted at any time.
            </p>
          </Confirm>
        </p>
      ) : (
        <p class="quiet small">To start it needs an operator token.</p>
      )}
      {command ? (
        <Command text={command} />
      ) : (
        <p class="quiet small">
          The scheduled rollout has a policy of its own: in a terminal, give its file by --policy.
        </p>
      )}
    </section>
  );
}
