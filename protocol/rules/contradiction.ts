/** Seconds after which a boot that nobody confirmed restarts: `OnBootSec` of interlock-deadman.timer. */
export const deadmanSeconds = 900;

interface Times {
  health: { settle: number; steady: number; timeout: number };
  pollSeconds: number;
  retrySeconds: number;
}

/** Two settings that cannot both hold: the key to look at, and both numbers in words. */
export function contradictionIn({
  health: { settle, steady, timeout },
  pollSeconds,
  retrySeconds,
}: Times): [key: string, problem: string] | null {
  const judged = settle + steady + timeout;
  if (judged > deadmanSeconds) {
    const sum = `health.settle, health.steady and health.timeout (${settle} + ${steady} + ${timeout}) are ${judged} seconds together`;
    return ['health', `${sum}, and a boot that is not confirmed restarts after ${deadmanSeconds}`];
  }
  if (retrySeconds > pollSeconds) {
    return ['retry', `retry (${retrySeconds} seconds) is longer than poll (${pollSeconds} seconds)`];
  }
  return null;
}
