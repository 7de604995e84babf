import type { AuditLine } from '../../../protocol/api/operator.ts';
import type { AuditSubject } from '../../domain/audit/subject.ts';

/** Who did what to what; its time is the caller's, what was before and after the store finds itself. */
export interface NewAudit extends Pick<AuditLine, 'at' | 'who' | 'action' | 'detail'> {
  subject: AuditSubject;
}

/** The audit log. */
export interface AuditStore {
  /** Writes down what was done somewhere else than in this store. */
  note(audit: NewAudit, before: Record<string, unknown>, after: Record<string, unknown>): Promise<void>;
  /** Lines between `after` and `before`, both left out, newest first. */
  audit(before: number, limit: number, after?: number): Promise<AuditLine[]>;
}
