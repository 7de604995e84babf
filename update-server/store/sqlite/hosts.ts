import type Database from 'better-sqlite3';
import type { HostDetail, HostSummary } from '../../../protocol/operator.ts';
import type { FleetHost, HostRecord, NewAudit, Store } from '../store.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';
import { openGrants } from './open-grants.ts';
import type { RolloutRows } from './rollout-rows.ts';

type HostStore = Pick<
  Store,
  | 'enrol'
  | 'hostByCredential'
  | 'markCloned'
  | 'hosts'
  | 'host'
  | 'hold'
  | 'pin'
  | 'place'
  | 'approve'
  | 'forget'
  | 'fleet'
>;

interface SummaryRow extends Omit<HostSummary, keyof Flags>, FlagColumns {}

interface DetailRow extends SummaryRow, Pick<HostDetail, 'machineId' | 'enrolled' | 'bootId' | 'rootHash'> {
  failed: string;
}

interface Flags {
  held: boolean;
  approved: boolean;
  cloned: boolean;
}
type FlagColumns = Record<keyof Flags, number>;

/** Who the hosts are and what operators decided about each. */
export function hostStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  rollouts: RolloutRows,
): HostStore {
  const grantsOf = openGrants(db, rollouts);
  const insert = db.prepare(
    `INSERT INTO host (id, credential_hash, machine_id, hostname, name, arch, enrolled, approved)
     VALUES (@id, @credentialHash, @machineId, @hostname, @name, @arch, @enrolled, @approved)`,
  );
  const byCredential = db.prepare<
    [string],
    FlagColumns & Pick<HostRecord, 'id' | 'pinned' | 'placed' | 'said' | 'row'> & { boots: string }
  >(
    'SELECT id, held, pinned, placed, approved, cloned, boots, said, rowid AS row FROM host WHERE credential_hash = ?',
  );
  const setCloned = db.prepare('UPDATE host SET cloned = 1 WHERE id = ? AND cloned = 0');
  const setHeld = db.prepare('UPDATE host SET held = ? WHERE id = ?');
  const setPinned = db.prepare('UPDATE host SET pinned = ? WHERE id = ?');
  const setPlaced = db.prepare('UPDATE host SET placed = ? WHERE id = ?');
  const setApproved = db.prepare('UPDATE host SET approved = 1 WHERE id = ?');
  const remove = db.prepare('DELETE FROM host WHERE id = ?');
  const fleet = db.prepare<[string, string, string, string], FleetHost>(
    `SELECT id, hostname, coalesce(placed, grp) AS "group", version FROM host
     WHERE name = ? AND channel = ? AND arch = ? AND last_seen >= ? AND approved = 1`,
  );
  const summary = `id, hostname, name, arch, channel, coalesce(placed, grp) AS "group", version, at, last_seen AS lastSeen,
    held, pinned, approved, cloned, decision, offered`;
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
        insert.run({ ...host, approved: host.approved ? 1 : 0 });
        addAudit(audit);
      }),
    hostByCredential: async (hash): Promise<HostRecord | undefined> => {
      const row = byCredential.get(hash);
      return row ? { ...flags(row), boots: JSON.parse(row.boots) as string[] } : undefined;
    },
    markCloned: (host, audit) =>
      write(() => {
        if (setCloned.run(host).changes === 0) return;
        grantsOf.closeOthers(host, audit.at);
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
    hold: (host, held, audit) => audited(audit, () => setHeld.run(held ? 1 : 0, host)),
    pin: (host, version, audit) => audited(audit, () => setPinned.run(version, host)),
    place: (host, group, audit) => audited(audit, () => setPlaced.run(group, host)),
    approve: (host, audit) => audited(audit, () => setApproved.run(host)),
    forget: (host, audit) =>
      audited(audit, () => {
        grantsOf.closeOthers(host, audit.at);
        return remove.run(host);
      }),
    fleet: async (...of) => fleet.all(...of),
  };

  function audited(audit: NewAudit, change: () => Database.RunResult): Promise<boolean> {
    return write(() => {
      if (change().changes === 0) return false;
      addAudit(audit);
      return true;
    });
  }
}

function flags<T extends FlagColumns>(row: T): Omit<T, keyof Flags> & Flags {
  return { ...row, held: row.held !== 0, approved: row.approved !== 0, cloned: row.cloned !== 0 };
}
