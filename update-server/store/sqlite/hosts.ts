import type Database from 'better-sqlite3';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import { endAll } from '../../domain/rollout/grant-end.ts';
import type { FleetHost } from '../../domain/rollout/preview.ts';
import type { HostStore } from '../interface/hosts.ts';
import type { AddAudit } from './audit.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import { readSummary, type SummaryRow, summaryColumns } from './host-rows.ts';
import type { KnownHosts } from './known-hosts.ts';
import { readJson } from './read-json.ts';
import { readStand, type StandRow, standColumns } from './stand-row.ts';
import type { WatchClock } from './watch-clock.ts';

type OwnStore = Pick<HostStore, 'markCloned' | 'host' | 'forget' | 'fleet'>;

type FleetRow = StandRow & Pick<FleetHost, 'id' | 'hostname' | 'group'>;

interface DetailRow extends SummaryRow, Pick<HostDetail, 'machineId' | 'enrolled' | 'bootId' | 'rootHash'> {
  failed: string;
  cancelled: string;
}

/** What is known of each host, and how a host is forgotten. */
export function hostStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  grantsOf: GrantRows,
  known: KnownHosts,
  watch: WatchClock,
): OwnStore {
  const setCloned = db
    .prepare<[string], number>(
      'UPDATE enrolled_host SET cloned = 1 WHERE id = ? AND cloned = 0 RETURNING approved',
    )
    .pluck();
  const remove = db.prepare('DELETE FROM enrolled_host WHERE id = ?');
  const fleet = db.prepare<[Record<string, string | number>], FleetRow>(
    `SELECT id, hostname, coalesce(placed, grp) AS "group", ${standColumns} FROM host
     WHERE name = @name AND channel = @channel AND arch = @arch AND last_seen >= @since AND approved = 1`,
  );
  const one = db.prepare<[string], DetailRow>(
    `SELECT ${summaryColumns}, machine_id AS machineId, enrolled, boot_id AS bootId, root_hash AS rootHash, failed, cancelled
     FROM host WHERE id = ?`,
  );
  const grants = db.prepare<[string], HostDetail['grants'][number]>(
    `SELECT id, version, granted, expires, rebooting, outcome FROM host_grant WHERE host = ?
     ORDER BY granted DESC, rowid DESC LIMIT 20`,
  );
  const reports = db.prepare<[string], HostDetail['reports'][number]>(
    `SELECT id, kind, from_version AS "from", version, at, received, detail FROM report
     WHERE host = ? ORDER BY seq DESC LIMIT 100`,
  );

  return {
    markCloned: (host, audit) =>
      write(() => {
        const approved = setCloned.get(host);
        if (approved === undefined) return;
        known.drop(host);
        lapseAll(host, audit.at);
        // what anybody can bring about must not make the log grow
        if (approved) addAudit(audit);
      }),
    host: async (id) => {
      const row = one.get(id);
      if (!row) return undefined;
      return {
        ...readSummary(row, watch.now()),
        failed: readJson<string[]>(row.failed, []),
        cancelled: readJson<string[]>(row.cancelled, []),
        grants: grants.all(id),
        reports: reports.all(id),
      };
    },
    forget: (host, audit) =>
      write(() => {
        const before = one.get(host);
        if (!before) return false;
        lapseAll(host, audit.at);
        known.drop(host);
        remove.run(host);
        const { hostname, name, version, channel, machineId } = before;
        addAudit(audit, { hostname, name, version, channel, machineId });
        return true;
      }),
    fleet: async (name, channel, arch, since) => {
      const { ms: nowMs, sinceMs } = watch.now();
      const rows = fleet.all({ name, channel, arch, since, nowMs, sinceMs });
      return rows.map((row) => ({ ...row, ...readStand(row) }));
    },
  };

  function lapseAll(host: string, now: string): void {
    grantsOf.end(endAll(grantsOf.openOf(host), 'lapsed', now), now);
  }
}
