import type { AuditSubject } from '../audit/subject.ts';
import type { Rollout } from './rollout.ts';

/** An audit line of the server's own about a rollout. */
export interface ServerAudit {
  action: string;
  subject: AuditSubject;
  detail: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What of a rollout people and time change, as audit lines show it. */
export function auditedState({ state, reason, full, canaryPassed }: Rollout): Record<string, unknown> {
  return { state, reason, full, canaryPassed };
}
