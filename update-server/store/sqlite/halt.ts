import type Database from 'better-sqlite3';
import type { GrantOutcome } from '../../../protocol/api/check-in.ts';
import { stop } from '../../domain/rollout/apply-action.ts';
import { restsOnSilence } from '../../domain/rollout/lift.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { AddAudit } from './audit.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Stops a rollout inside a write, and names in the audit log whose silence it rests on. */
export type Halt = (rollout: Rollout, reason: string, now: Date) => void;

interface Behind {
  id: string;
  host: string;
  hostname: string;
  outcome: GrantOutcome | null;
}

/** Prepares the statements. */
export function halter(
  db: Database.Database,
  rows: RolloutRows,
  addAudit: AddAudit,
): {
  halt: Halt;
  /** The hosts that a halt rests on. */
  behind(rollout: Rollout): Behind[];
  /** True when a person changed anything about the rollout, its channel or those hosts since it halted. */
  hasOperatorActed(rollout: Rollout, behind: readonly Behind[]): boolean;
  /** What failed until now counts no more. */
  excuse(rollout: string): void;
} {
  const columns = 'host_grant.id, host, hostname, outcome';
  const silent = db.prepare<[string], Behind>(
    `SELECT ${columns} FROM host_grant JOIN enrolled_host ON enrolled_host.id = host
     WHERE rollout = ? AND outcome = 'silent' AND counted = 1 AND excused = 0`,
  );
  const named = db.prepare<[string], Behind>(
    `SELECT ${columns} FROM host_grant JOIN enrolled_host ON enrolled_host.id = host
     WHERE host_grant.id IN (SELECT value FROM json_each(?))`,
  );
  const lastLine = db.prepare<[], number>('SELECT max(seq) FROM audit').pluck();
  const acted = db
    .prepare<[number, string], number>(
      `SELECT 1 FROM audit WHERE seq > ? AND who NOT IN ('server', 'host')
       AND subject IN (SELECT value FROM json_each(?)) LIMIT 1`,
    )
    .pluck();
  const excuse = db.prepare('UPDATE host_grant SET excused = 1 WHERE rollout = ? AND outcome IS NOT NULL');
  return {
    halt(rollout, reason, now) {
      const behind = restsOnSilence(rollout) ? silent.all(rollout.id) : [];
      const who = behind.map(({ hostname, host }) => `${hostname} (${host})`).join(', ');
      const detail = who ? `${reason}; not heard of since they said they reboot: ${who}` : reason;
      const subject = `rollout ${rollout.id}`;
      const line = { at: now.toISOString(), who: 'server', action: 'halt', subject, detail };
      addAudit(line, { state: rollout.state }, { state: 'halted', reason });
      const haltedFor = behind.map(({ id }) => id);
      rows.update({ ...stop(rollout, 'halted', now, reason), haltedFor, haltLine: lastLine.get()! });
    },
    behind: ({ haltedFor }) => named.all(JSON.stringify(haltedFor)),
    hasOperatorActed({ id, name, channel, haltLine }, behind) {
      const subjects = [`rollout ${id}`, `${name}/${channel}`, ...behind.map(({ host }) => `host ${host}`)];
      return acted.get(haltLine ?? 0, JSON.stringify(subjects)) !== undefined;
    },
    excuse: (rollout) => void excuse.run(rollout),
  };
}
