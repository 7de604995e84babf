import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Running } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import { isCheckInDue } from '../state-machine/check-in-due.ts';
import type { Memory } from '../state-machine/memory.ts';
import { describeWithdrawal } from './ask-before-flip.ts';
import type { PerformContext } from './context.ts';
import { checkInOf } from './describe-host.ts';
import type { Session } from './session.ts';

/**
 * Checks in at each poll while a host waits in the middle of an update: the server learns what it waits for and can
 * withdraw its grant. On an idle host the look for updates is the check-in.
 */
export async function checkInWhileWaiting(
  { server, clock, wrong }: Pick<Ports, 'server' | 'clock' | 'wrong'>,
  session: Session,
  { name, pollSeconds }: Pick<PerformContext, 'name' | 'pollSeconds'>,
  running: Running,
): Promise<void> {
  const memory = session.memory();
  if (!server || !isCheckInDue(memory, clock.now().getTime())) return;
  const body = checkInOf({ memory, running, name, pollSeconds }, wrong);
  // a server that cannot be reached is asked again at the next poll
  const answer = await server.checkIn(body).catch(() => null);
  session.apply({ kind: 'checkedIn', pollSeconds });
  if (!answer || !('none' in answer.decision)) return;
  const reason = describeWithdrawal(answer.decision.none);
  if (reason && mayEnd(session)) session.apply({ kind: 'cancel', reason });
}

/** An operator's order is not the server's to stop, and after `rebooting` it is too late. */
function mayEnd(session: Session): boolean {
  const { phase } = session.memory();
  if (phase.at === 'flipped') return phase.goal.grant !== null;
  const isEarly = phase.at === 'offered' || phase.at === 'acquiring' || phase.at === 'locked';
  return isEarly && phase.plan.goal.grant !== null;
}

/** Checks in with the error that ended a run, so that a host whose state cannot be saved does not look silent. */
export async function reportTrouble(
  { ports: { server }, running }: { ports: Pick<Ports, 'server'>; running: Running },
  memory: Memory,
  name: string,
  error: unknown,
): Promise<void> {
  const { code, message } = asInterlockError(error);
  const trouble = { code, text: message };
  // the caller throws the error that counts; a server that is away too changes nothing about it
  await server?.checkIn({ ...checkInOf({ memory, running, name }), trouble }).catch(() => {});
}
