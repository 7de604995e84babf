import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Standing } from '../ports/lock.ts';
import type { Memory, Problem } from './memory.ts';

/** Whether a place may stand in the lock that this host knows nothing of: its memory was lost, and nobody acknowledged it since. */
export function mayStand({ lost, standing }: Pick<Memory, 'lost' | 'standing'>): boolean {
  return lost?.state !== undefined || standing !== undefined;
}

/** What the lock showed is kept and reported until it shows nothing more. */
export function withStanding({ standing: _, ...memory }: Memory, standing: Standing | null): Memory {
  if (standing) return { ...memory, standing };
  const { lost } = memory;
  return lost?.state ? { ...memory, lost: { ...lost, state: { ...lost.state, isAsked: true } } } : memory;
}

/** An operator acknowledged what was lost: it is not reported any more. */
export function noteLost({ lost: _, standing: __, ...memory }: Memory): Memory {
  return memory;
}

/** An update begins: what was lost before is over when it is complete. */
export function beginAfterLoss(memory: Memory): Memory {
  if (!memory.lost) return memory;
  const lost = Object.entries(memory.lost).map(([what, loss]) => [what, { ...loss, isBefore: true }]);
  return { ...memory, lost: Object.fromEntries(lost) };
}

/** An update that began after the loss is complete. */
export function endLoss({ lost, ...memory }: Memory): Memory {
  const later = Object.entries(lost ?? {}).filter(([, { isBefore }]) => !isBefore);
  return later.length > 0 ? { ...memory, lost: Object.fromEntries(later) } : memory;
}

/** A place that nobody here took, with the command that takes it away: this host never gives it back by itself. */
export function strandedIn({ group, host, boot, endpoints }: Standing): InterlockError {
  return new InterlockError('lock_stranded', { group, host, boot, etcd: endpoints.join(',') });
}

/** The one thing that the server and an operator should know first. */
export function troubleOf(
  { standing, problem, lost }: Memory,
  wrong: InterlockError | null = null,
): Pick<Problem, 'code' | 'problem'> | null {
  if (standing) {
    const { code, message } = strandedIn(standing);
    return { code, problem: message };
  }
  if (wrong) return { code: wrong.code, problem: wrong.message };
  if (problem && !problem.isServer) return problem;
  return lost?.state ?? lost?.identity ?? null;
}
