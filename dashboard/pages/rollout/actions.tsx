import type { ComponentChildren } from 'preact';
import type { RolloutAction, RolloutDetail } from '../../../protocol/api/rollout.ts';
import { mayApply } from '../../../protocol/rules/rollout-actions.ts';
import { request } from '../../api/request.ts';
import { useMayAct } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { count, countOf } from '../../format/size.ts';
import { rollbackCommand } from './rollback-command.ts';

interface Action {
  verb: string;
  danger?: boolean;
  done: string;
  /** What it does to a rollout in its present state. */
  describe(rollout: RolloutDetail): ComponentChildren;
}

const actions: Record<RolloutAction, Action> = {
  pause: {
    verb: 'Pause',
    done: 'The rollout is paused.',
    describe: ({ inFlight }) =>
      `No further host starts until the rollout is resumed. ${countOf(inFlight, 'host')} under way: hosts that have flipped continue, the others stop and keep their version.`,
  },
  resume: {
    verb: 'Resume',
    done: 'The rollout is resumed.',
    describe: ({ state, failed }) =>
      state === 'halted'
        ? `It halted by itself with ${count(failed)} failed. Failures are counted from zero again, so it halts only after as many more.`
        : 'The ramp continues from where it stopped.',
  },
  finish: {
    verb: 'Finish',
    done: 'All hosts may start now.',
    describe: ({ percent, inFlightLimit }) =>
      `The ramp ends at ${Math.round(percent)} % and every host may start, without waiting for canaries, at most ${count(inFlightLimit)} at once. The failure limits still apply.`,
  },
  abort: {
    verb: 'Abort',
    danger: true,
    done: 'The rollout is aborted.',
    describe: (rollout) => (
      <>
        An aborted rollout cannot be resumed. Hosts that run {rollout.version} keep it. To send them back:{' '}
        <code>{rollbackCommand(rollout)}</code>
      </>
    ),
  },
};

/** What an operator can do with a rollout in its present state, each after a confirmation. */
export function Actions({ of: rollout, applied }: { of: RolloutDetail; applied(): void }) {
  const may = useMayAct();
  const possible = (Object.keys(actions) as RolloutAction[]).filter((action) =>
    mayApply(action, rollout.state),
  );
  if (!may) return possible.length > 0 ? <p class="quiet small">Actions need an operator token.</p> : null;
  const apply = async (action: RolloutAction, reason: string) => {
    const path = `/v1/rollouts/${encodeURIComponent(rollout.id)}/${action}`;
    await request('POST', path, reason ? { reason } : {});
    applied();
  };
  return (
    <>
      {possible.map((action) => {
        const { verb, danger, done, describe } = actions[action];
        return (
          <Confirm
            key={action}
            verb={verb}
            title={`${verb} the rollout of ${rollout.name} ${rollout.version} to ${rollout.channel}?`}
            danger={danger ?? false}
            field={{ label: 'Reason', hint: 'Recorded in the audit log and shown on this page.' }}
            done={done}
            onConfirm={(reason) => apply(action, reason)}
          >
            <p>{describe(rollout)}</p>
          </Confirm>
        );
      })}
    </>
  );
}
