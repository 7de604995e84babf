import type { ComponentChildren } from 'preact';
import type { RolloutAction, RolloutDetail } from '../../../protocol/rollout.ts';
import { mayApply } from '../../../protocol/rules/rollout-actions.ts';
import { ask } from '../../api/ask.ts';
import { useMayAct } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { count, countOf } from '../../format/size.ts';

interface Action {
  verb: string;
  danger?: boolean;
  done: string;
  says(rollout: RolloutDetail): ComponentChildren;
}

const actions: Record<RolloutAction, Action> = {
  pause: {
    verb: 'Pause',
    done: 'The rollout is paused.',
    says: ({ inFlight }) =>
      `No other host starts until somebody resumes. ${countOf(inFlight, 'host')} under way: those that have flipped go on, the others give their place back.`,
  },
  resume: {
    verb: 'Resume',
    done: 'The rollout goes on.',
    says: ({ state, failed }) =>
      state === 'halted'
        ? `It stopped by itself with ${count(failed)} failed. Failures are counted anew from now on, so it stops again only after as many more.`
        : 'The ramp goes on from where it stood.',
  },
  finish: {
    verb: 'Finish',
    done: 'Everybody may start now.',
    says: ({ percent, inFlightLimit }) =>
      `The ramp ends at ${Math.round(percent)} % and every host may start, canaries or not, at most ${count(inFlightLimit)} at once. The failure limits stay.`,
  },
  abort: {
    verb: 'Abort',
    danger: true,
    done: 'The rollout is aborted.',
    says: ({ name, channel, version }) =>
      `It cannot be resumed. Hosts that run ${version} keep it; to send them back, sign that: interlock rollback ${name} --channel ${channel} --to VERSION --keys DIR`,
  },
};

/** What can be done to a rollout as it is, each after a question. */
export function Actions({ of: rollout, applied }: { of: RolloutDetail; applied(): void }) {
  const may = useMayAct();
  const possible = (Object.keys(actions) as RolloutAction[]).filter((action) =>
    mayApply(action, rollout.state),
  );
  if (!may)
    return possible.length > 0 ? <p class="quiet small">Steering needs an operator’s token.</p> : null;
  const apply = async (action: RolloutAction, reason: string) => {
    const path = `/v1/rollouts/${encodeURIComponent(rollout.id)}/${action}`;
    await ask('POST', path, reason ? { reason } : {});
    applied();
  };
  return (
    <>
      {possible.map((action) => {
        const { verb, danger, done, says } = actions[action];
        return (
          <Confirm
            key={action}
            verb={verb}
            title={`${verb} the rollout of ${rollout.name} ${rollout.version} to ${rollout.channel}?`}
            danger={danger ?? false}
            field={{ label: 'Reason', hint: 'Goes into the audit log and is shown to everybody.' }}
            done={done}
            onConfirm={(reason) => apply(action, reason)}
          >
            <p>{says(rollout)}</p>
          </Confirm>
        );
      })}
    </>
  );
}
