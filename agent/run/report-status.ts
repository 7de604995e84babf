import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Running } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import { isTellDue } from '../state-machine/check-in-due.ts';
import type { Memory } from '../state-machine/memory.ts';
import { checkInOf, type PerformContext, takenBack } from './perform.ts';
import type { Session } from './session.ts';

/**
 * A host that waits in the middle of an update goes on checking in: the server hears at each poll that it lives and what
 * it is stuck on, and may take its leave back. Looking for updates does the same on an idle host.
 */
export async function tell(
  { server, clock, wrong }: Pick<Ports, 'server' | 'clock' | 'wrong'>,
  session: Session,
  { name, pollSeconds }: Pick<PerformContext, 'name' | 'pollSeconds'>,
  running: Running,
): Promise<void> {
  const memory = session.memory();
  if (!server || !isTellDue(memory, clock.now().getTime())) return;
  const answer = await server.checkIn(checkInOf({ memory, running, name }, wrong)).catch(() => null);
  session.apply({ kind: 'told', pollSeconds });
  if (!answer || !('none' in answer.decision)) return;
  const reason = takenBack(answer.decision.none);
  if (reason && mayEnd(session)) session.apply({ kind: 'cancel', reason });
}

/** An operator's order is not the server's to stop, and after `rebooting` it is too late. */
function mayEnd(session: Session): boolean {
  const { phase } = session.memory();
  if (phase.at === 'flipped') return phase.goal.grant !== null;
  const isEarly = phase.at === 'offered' || phase.at === 'acquiring' || phase.at === 'locked';
  return isEarly && phase.plan.goal.grant !== null;
}

/** A run that cannot go on, for its state cannot be saved, still says so: the server must not take it for silent. */
export async function tellTrouble(
  { ports: { server }, running }: { ports: Pick<Ports, 'server'>; running: Running },
  memory: Memory,
  name: string,
  error: unknown,
): Promise<void> {
  const { code, message } = asInterlockError(error);
  const trouble = { code, text: message };
  await server?.checkIn({ ...checkInOf({ memory, running, name }), trouble }).catch(() => {});
}
