import type { TokenInfo } from '../../protocol/api/operator.ts';
import type { AuditSubject } from '../domain/audit/subject.ts';
import type { NewAudit } from '../store/interface/audit.ts';

/** How the audit log names the bearer of a token. */
export function nameOf(token: TokenInfo): string {
  return token.name ? `${token.name} (${token.role} ${token.id})` : `${token.role} ${token.id}`;
}

/** The audit line of what the bearer of a token does now. */
export function auditLine(
  token: TokenInfo,
  now: Date,
  action: string,
  subject: AuditSubject,
  detail = '',
): NewAudit {
  return { at: now.toISOString(), who: nameOf(token), action, subject, detail };
}
