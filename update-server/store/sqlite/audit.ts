import type Database from 'better-sqlite3';
import type { AuditLine } from '../../../protocol/operator.ts';
import type { NewAudit, Store } from '../store.ts';

/** Adds an audit line inside the transaction of what it tells about. */
export type AddAudit = (line: NewAudit) => void;

/** Prepares the statement that every audited write ends with. */
export function prepareAudit(db: Database.Database): AddAudit {
  const insert = db.prepare<NewAudit>(
    'INSERT INTO audit (at, who, action, subject, detail) VALUES (@at, @who, @action, @subject, @detail)',
  );
  return (line) => {
    insert.run(line);
  };
}

/** The audit log, read backwards. */
export function auditStore(db: Database.Database): Pick<Store, 'audit'> {
  const select = db.prepare<[number, number], AuditLine>(
    'SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?',
  );
  return { audit: async (before, limit) => select.all(before, limit) };
}
