import type Database from 'better-sqlite3';
import type { TokenInfo } from '../../../protocol/api/operator.ts';
import { forgottenBefore, isUseNoted, sessionsOfToken } from '../../domain/access/sessions.ts';
import type { AccessStore } from '../interface/access.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';

/** Who is logged in to the page, by hash. */
export function sessionStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
): Pick<AccessStore, 'addSession' | 'tokenBySession' | 'endSession'> {
  const insert = db.prepare('INSERT INTO session VALUES (@hash, @token, @at, @at)');
  const dropOld = db.prepare('DELETE FROM session WHERE used < ?');
  const dropMany = db.prepare<[string, string, number]>(
    `DELETE FROM session WHERE token = ?
     AND hash NOT IN (SELECT hash FROM session WHERE token = ? ORDER BY used DESC, begun DESC LIMIT ?)`,
  );
  const select = db.prepare<[string, string, string, string], TokenInfo & { lastUse: string }>(
    `SELECT id, role, name, token.created, revoked, token.used, expires, session.used AS lastUse
     FROM session JOIN token ON token.id = session.token
     WHERE session.hash = ? AND session.used > ? AND begun > ? AND revoked IS NULL AND (expires IS NULL OR expires > ?)`,
  );
  const note = db.prepare('UPDATE session SET used = ? WHERE hash = ?');
  const noteToken = db.prepare('UPDATE token SET used = ? WHERE id = ?');
  const end = db.prepare('DELETE FROM session WHERE hash = ?');
  return {
    addSession: (session, audit) =>
      write(() => {
        dropOld.run(forgottenBefore(session.at));
        dropMany.run(session.token, session.token, sessionsOfToken - 1);
        insert.run(session);
        addAudit(audit);
      }),
    async tokenBySession(hash, { now, usedAfter, begunAfter }) {
      const found = select.get(hash, usedAfter, begunAfter, now);
      if (!found) return undefined;
      const { lastUse, ...token } = found;
      if (isUseNoted(lastUse, now)) {
        await write(() => {
          note.run(now, hash);
          noteToken.run(now, token.id);
        });
      }
      return token;
    },
    endSession: (hash, audit) =>
      write(() => {
        if (end.run(hash).changes > 0) addAudit(audit);
      }),
  };
}
