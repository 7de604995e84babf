import type Database from 'better-sqlite3';
import type { AuditLine } from '../../../protocol/api/operator.ts';
import { formatSubject } from '../../domain/audit/subject.ts';
import type { AuditStore, NewAudit } from '../interface/audit.ts';
import type { Write } from './group-commit.ts';
import { readJson } from './read-json.ts';

/** What a change found or left, field by field; null where there is no such state. */
export type Facts = Record<string, unknown> | null;

/** Adds an audit line inside the transaction of what it is about; returns its number. */
export type AddAudit = (line: NewAudit, before?: Facts | undefined, after?: Facts) => number;

/** Prepares the statement that every audited write ends with. */
export function prepareAudit(db: Database.Database): AddAudit {
  const insert = db.prepare(
    `INSERT INTO audit (at, who, action, subject, detail, before, after)
     VALUES (@at, @who, @action, @subject, @detail, @before, @after)`,
  );
  return (line, before = null, after = null) => {
    const facts = { before: before && JSON.stringify(before), after: after && JSON.stringify(after) };
    return Number(insert.run({ ...line, subject: formatSubject(line.subject), ...facts }).lastInsertRowid);
  };
}

/** The audit log, read backwards. */
export function auditStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
): Omit<AuditStore, 'findAudit'> {
  const select = db.prepare<
    [number, number, number],
    Omit<AuditLine, 'before' | 'after'> & { before: string | null; after: string | null }
  >('SELECT * FROM audit WHERE seq < ? AND seq > ? ORDER BY seq DESC LIMIT ?');
  return {
    note: (line, before, after) => write(() => void addAudit(line, before, after)),
    audit: async (before, limit, after = 0) =>
      select.all(before, after, limit).map((line) => ({
        ...line,
        before: readJson<Facts>(line.before, null),
        after: readJson<Facts>(line.after, null),
      })),
  };
}
