import type Database from 'better-sqlite3';
import { formatSubject } from '../../domain/audit/subject.ts';
import {
  decidersOf,
  type GrantedHost,
  haltIfDue,
  type RolloutChange,
  restsOnSilence,
} from '../../domain/rollout/halt.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { AddAudit } from './audit.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** What halts rest on, and how they and what lifts them are written; for use inside a write of the store. */
export interface HaltRows {
  /** Silent hosts of a rollout that are not excused; none unless its failures are silence alone. */
  silent(rollout: Rollout): GrantedHost[];
  /** The hosts that a halt rests on. */
  behind(rollout: Rollout): GrantedHost[];
  /** True when a person changed anything about the rollout, its channel or those hosts since it halted. */
  hasOperatorActed(rollout: Rollout, behind: readonly GrantedHost[]): boolean;
  /** What failed until now counts no more. */
  excuse(rollout: string): void;
  /** Halts the rollout when what failed in it is more than may. */
  haltIfDue(rollout: string, now: string): void;
  /** Writes a rollout's new state; a halt stores the id of its audit line. */
  write(change: RolloutChange, now: string): void;
}

/** Prepares the statements. */
export function haltRows(db: Database.Database, rows: RolloutRows, addAudit: AddAudit): HaltRows {
  const columns = 'host_grant.id, host, hostname, outcome';
  const silent = db.prepare<[string], GrantedHost>(
    `SELECT ${columns} FROM host_grant JOIN enrolled_host ON enrolled_host.id = host
     WHERE rollout = ? AND outcome = 'silent' AND counted = 1 AND excused = 0`,
  );
  const named = db.prepare<[string], GrantedHost>(
    `SELECT ${columns} FROM host_grant JOIN enrolled_host ON enrolled_host.id = host
     WHERE host_grant.id IN (SELECT value FROM json_each(?))`,
  );
  const acted = db
    .prepare<[number, string, string], number>(
      `SELECT 1 FROM audit WHERE seq > ? AND who NOT IN (SELECT value FROM json_each(?))
       AND subject IN (SELECT value FROM json_each(?)) LIMIT 1`,
    )
    .pluck();
  const excuse = db.prepare('UPDATE host_grant SET excused = 1 WHERE rollout = ? AND outcome IS NOT NULL');

  function silentOf(rollout: Rollout): GrantedHost[] {
    return restsOnSilence(rollout) ? silent.all(rollout.id) : [];
  }

  function write({ rollout, audits }: RolloutChange, now: string): void {
    let haltLine: number | null = rollout.haltLine;
    for (const { before, after, ...line } of audits) {
      const seq = addAudit({ ...line, at: now, who: 'server' }, before, after);
      if (rollout.state === 'halted') haltLine = seq;
    }
    rows.update({ ...rollout, haltLine });
  }

  return {
    silent: silentOf,
    behind: ({ haltedFor }) => named.all(JSON.stringify(haltedFor)),
    hasOperatorActed(rollout, behind) {
      const { subjects, notPeople } = decidersOf(rollout, behind);
      return (
        acted.get(
          rollout.haltLine ?? 0,
          JSON.stringify(notPeople),
          JSON.stringify(subjects.map(formatSubject)),
        ) !== undefined
      );
    },
    excuse: (rollout) => void excuse.run(rollout),
    haltIfDue(id, now) {
      const rollout = rows.byId(id);
      const change = haltIfDue(rollout, rollout ? silentOf(rollout) : [], new Date(now));
      if (change) write(change, now);
    },
    write,
  };
}
