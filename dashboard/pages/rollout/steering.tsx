import type { ComponentChildren } from 'preact';
import type { RolloutAction, RolloutDetail } from '../../../protocol/api/rollout.ts';
import { ask } from '../../api/ask.ts';
import { useMaySteer } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { count, countOf } from '../../format/size.ts';

interface Lever {
  verb: string;
  danger?: boolean;
  done: string;
  from: readonly RolloutDetail['state'][];
  says(rollout: RolloutDetail): ComponentChildren;
}

const levers: Record<RolloutAction, Lever> = {
  pause: {
    verb: 'Pause',
    done: 'The rollout is paused.',
    from: ['running', 'completed'],
    says: ({ inFlight }) =>
      `No other host starts until somebody resumes. ${countOf(inFlight, 'host')} under way: those that have flipped go on, the others give their place back.`,
  },
  resume: {
    verb: 'Resume',
    done: 'The rollout goes on.',
    from: ['paused', 'halted'],
    says: ({ state, failed }) =>
      state === 'halted'
        ? `It stopped by itself with ${count(failed)} failed. Failures are counted anew from now on, so it stops again only after as many more.`
        : 'The ramp goes on from where it stood.',
  },
  finish: {
    verb: 'Finish',
    done: 'Everybody may start now.',
    from: ['running'],
    says: ({ percent, inFlightLimit }) =>
      `The ramp ends at ${Math.round(percent)} % and every host may start, canaries or not, at most ${count(inFlightLimit)} at once. The failure limits stay.`,
  },
  abort: {
    verb: 'Abort',
    danger: true,
    done: 'The rollout is aborted.',
    from: ['running', 'paused', 'halted', 'completed'],
    says: ({ name, channel, version }) =>
      `It cannot be resumed. Hosts that run ${version} keep it; to send them back, sign that: interlock rollback ${name} --channel ${channel} --to VERSION --keys DIR`,
  },
};

/** What can be done to a rollout as it is, each after a question. */
export function Steering({ of: rollout, steered }: { of: RolloutDetail; steered(): void }) {
  const may = useMaySteer();
  const fitting = (Object.keys(levers) as RolloutAction[]).filter((action) =>
    levers[action].from.includes(rollout.state),
  );
  if (!may) return fitting.length > 0 ? <p class="quiet small">Steering needs an operator’s token.</p> : null;
  const steer = async (action: RolloutAction, reason: string) => {
    const path = `/v1/rollouts/${encodeURIComponent(rollout.id)}/${action}`;
    await ask('POST', path, reason ? { reason } : {});
    steered();
  };
  return (
    <>
      {fitting.map((action) => {
        const { verb, danger, done, says } = levers[action];
        return (
          <Confirm
            key={action}
            verb={verb}
            title={`${verb} the rollout of ${rollout.name} ${rollout.version} to ${rollout.channel}?`}
            danger={danger ?? false}
            field={{ label: 'Reason', hint: 'Goes into the audit log and is shown to everybody.' }}
            done={done}
            onConfirm={(reason) => steer(action, reason)}
          >
            <p>{says(rollout)}</p>
          </Confirm>
        );
      })}
    </>
  );
}
