import type { AuditLine, AuditQuery } from '../../../protocol/api/operator.ts';
import type { AuditSubject } from '../../domain/audit/subject.ts';

/** Who did what to what; its time is the caller's, what was before and after the store finds itself. */
export interface NewAudit extends Pick<AuditLine, 'at' | 'who' | 'action' | 'detail'> {
  subject: AuditSubject;
}

/** Which lines are meant: between `after` and `before`, both left out, and by what they say. */
export interface AuditFilter extends Pick<AuditQuery, 'since' | 'until' | 'by' | 'action' | 'subject'> {
  before: number;
  after: number;
  /** Leaves out enrollments and log-ins. */
  hideRoutine: boolean;
}

/** The audit log. */
export interface AuditStore {
  /** Writes down what was done somewhere else than in this store. */
  note(audit: NewAudit, before: Record<string, unknown>, after: Record<string, unknown>): Promise<void>;
  /** Lines between `after` and `before`, both left out, newest first. */
  audit(before: number, limit: number, after?: number): Promise<AuditLine[]>;
  /** Lines that fit, newest first, with their subjects’ names, and how many routine ones were left out among them. */
  findAudit(filter: AuditFilter, limit: number): Promise<{ lines: AuditLine[]; hidden: number }>;
}
