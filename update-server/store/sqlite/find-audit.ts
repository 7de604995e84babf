import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { AuditLine } from '../../../protocol/api/operator.ts';
import { routineActions } from '../../../protocol/text/audit-words.ts';
import type { AuditFilter, AuditStore } from '../interface/audit.ts';
import type { Facts } from './audit.ts';
import { readJson } from './read-json.ts';

/** Lines looked at in one go, some milliseconds: a filter may fit only a few of a million. */
const atOnce = 20_000;

const routine = routineActions.map((action) => `'${action}'`).join(', ');

/** What people call a subject; a forgotten host is known by the line itself. */
const nameOf = `coalesce(CASE substr(subject, 1, instr(subject, ' '))
  WHEN 'host ' THEN (SELECT hostname FROM enrolled_host WHERE id = substr(subject, 6))
  WHEN 'rollout ' THEN (SELECT name || ' ' || version || ' to ' || channel FROM rollout WHERE id = substr(subject, 9))
  WHEN 'token ' THEN (SELECT iif(name = '', role || ' ' || substr(id, 1, 8), name) FROM token WHERE id = substr(subject, 7))
END, before ->> '$.hostname')`;

const fits = `seq < @before AND seq > @after
  AND (@since IS NULL OR at >= @since) AND (@until IS NULL OR at <= @until)
  AND (@by IS NULL OR instr(lower(who), lower(@by)) > 0)
  AND (@action IS NULL OR action = @action OR substr(action, 1, length(@action) + 1) = @action || ' ')
  AND (@subject IS NULL OR instr(lower(subject), lower(@subject)) > 0 OR instr(lower(${nameOf}), lower(@subject)) > 0)`;

type Given = Record<keyof Omit<AuditFilter, 'hideRoutine'>, string | number | null> & { limit: number };
type Row = Omit<AuditLine, 'before' | 'after' | 'subjectName'> &
  Record<'before' | 'after' | 'subjectName', string | null>;

/** Searches the audit log backwards, in portions. */
export function findAuditStore(db: Database.Database): Pick<AuditStore, 'findAudit'> {
  const newest = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM audit').pluck();
  const select = (where: string) =>
    db.prepare<Given, Row>(
      `SELECT *, ${nameOf} AS subjectName FROM audit WHERE ${where} ORDER BY seq DESC LIMIT @limit`,
    );
  const all = select(fits);
  const changes = select(`${fits} AND action NOT IN (${routine})`);
  const hiddenOnes = db
    .prepare<Given, number>(`SELECT count(*) FROM audit WHERE ${fits} AND action IN (${routine})`)
    .pluck();
  return {
    async findAudit({ hideRoutine, before, after, ...filter }, limit) {
      const { since = null, until = null, by = null, action = null, subject = null } = filter;
      const lines: AuditLine[] = [];
      let hidden = 0;
      let end = Math.min(before, newest.get()! + 1);
      while (end > after + 1 && lines.length < limit) {
        const begin = Math.max(after, end - 1 - atOnce);
        const given = {
          since,
          until,
          by,
          action,
          subject,
          before: end,
          after: begin,
          limit: limit - lines.length,
        };
        lines.push(...(hideRoutine ? changes : all).all(given).map(read));
        if (hideRoutine) {
          const last = lines.length === limit ? lines.at(-1)!.seq : begin;
          hidden += hiddenOnes.get({ ...given, after: last })!;
        }
        end = begin + 1;
        if (lines.length < limit) await breathe();
      }
      return { lines, hidden };
    },
  };
}

function read({ before, after, subjectName, ...line }: Row): AuditLine {
  return {
    ...line,
    ...(subjectName ? { subjectName } : {}),
    before: readJson<Facts>(before, null),
    after: readJson<Facts>(after, null),
  };
}
