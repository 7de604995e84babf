import type { ErrorCode } from './error-table.ts';

/**
 * What an agent may report as its trouble although no command failed, so that it has no exit code: the lock refused a
 * place, or a health check does not hold. The codes lie in state files and in what hosts report.
 */
export const conditions = {
  lock_brake:
    'The release failed on too many hosts of the group: none starts it until `interlock lock clear-failed`.',
  lock_foreign_hold:
    'A holder of the lock has this host’s id and a boot id that it never had: two hosts share one identity, or this one lost its memory.',
  user_data_failed:
    'The host runs, and something of its user-data does not hold: a part failed, was not allowed, or its source did not answer. `interlock-agent status` names each.',
  health_failed:
    'A health check does not hold. A host that is not on trial keeps its place in the lock until it does.',
} as const;

/** The code of what an agent is stuck on. */
export type TroubleCode = ErrorCode | keyof typeof conditions;
