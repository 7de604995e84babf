import type Database from 'better-sqlite3';
import type { HostDetail, HostSummary } from '../../../protocol/operator.ts';
import type { HostRecord, Store } from '../store.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';

type HostStore = Pick<
  Store,
  'enrol' | 'hostByCredential' | 'markCloned' | 'hosts' | 'host' | 'hold' | 'forget'
>;

interface SummaryRow extends Omit<HostSummary, 'held' | 'cloned'> {
  held: number;
  cloned: number;
}

interface DetailRow extends SummaryRow, Pick<HostDetail, 'machineId' | 'enrolled' | 'bootId' | 'rootHash'> {
  failed: string;
}

interface Flags {
  held: boolean;
  cloned: boolean;
}

/** Who the hosts are and what operators decided about each. */
export function hostStore(db: Database.Database, write: Write, addAudit: AddAudit): HostStore {
  const insert = db.prepare(
    `INSERT INTO host (id, credential_hash, machine_id, hostname, name, arch, enrolled)
     VALUES (@id, @credentialHash, @machineId, @hostname, @name, @arch, @enrolled)`,
  );
  const byCredential = db.prepare<[string], { id: string; held: number; cloned: number; boots: string }>(
    'SELECT id, held, cloned, boots FROM host WHERE credential_hash = ?',
  );
  const setCloned = db.prepare('UPDATE host SET cloned = 1 WHERE id = ? AND cloned = 0');
  const lapse = db.prepare("UPDATE host_grant SET outcome = 'cancelled' WHERE host = ? AND outcome IS NULL");
  const setHeld = db.prepare('UPDATE host SET held = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM host WHERE id = ?');
  const summary = `id, hostname, name, arch, channel, grp AS "group", version, at, last_seen AS lastSeen,
    held, cloned, decision, offered`;
  const page = db.prepare<[string, number], SummaryRow>(
    `SELECT ${summary} FROM host WHERE id > ? ORDER BY id LIMIT ?`,
  );
  const one = db.prepare<[string], DetailRow>(
    `SELECT ${summary}, machine_id AS machineId, enrolled, boot_id AS bootId, root_hash AS rootHash, failed
     FROM host WHERE id = ?`,
  );
  const grants = db.prepare<[string], HostDetail['grants'][number]>(
    `SELECT id, version, granted, expires, outcome FROM host_grant WHERE host = ?
     ORDER BY granted DESC, rowid DESC LIMIT 20`,
  );
  const reports = db.prepare<[string], HostDetail['reports'][number]>(
    `SELECT id, kind, from_version AS "from", version, at, received, detail FROM report
     WHERE host = ? ORDER BY seq DESC LIMIT 100`,
  );

  return {
    enrol: (host, audit) =>
      write(() => {
        insert.run(host);
        addAudit(audit);
      }),
    hostByCredential: async (hash): Promise<HostRecord | undefined> => {
      const row = byCredential.get(hash);
      return row ? { ...flags(row), boots: JSON.parse(row.boots) as string[] } : undefined;
    },
    markCloned: (host, audit) =>
      write(() => {
        if (setCloned.run(host).changes === 0) return;
        lapse.run(host);
        addAudit(audit);
      }),
    hosts: async (after, limit) => page.all(after, limit).map(flags),
    host: async (id) => {
      const row = one.get(id);
      if (!row) return undefined;
      return {
        ...flags(row),
        failed: JSON.parse(row.failed) as string[],
        grants: grants.all(id),
        reports: reports.all(id),
      };
    },
    hold: (host, held, audit) =>
      write(() => {
        if (setHeld.run(held ? 1 : 0, host).changes === 0) return false;
        addAudit(audit);
        return true;
      }),
    forget: (host, audit) =>
      write(() => {
        if (remove.run(host).changes === 0) return false;
        addAudit(audit);
        return true;
      }),
  };
}

function flags<T extends { held: number; cloned: number }>(row: T): Omit<T, 'held' | 'cloned'> & Flags {
  return { ...row, held: row.held !== 0, cloned: row.cloned !== 0 };
}
