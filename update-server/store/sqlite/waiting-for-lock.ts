import type Database from 'better-sqlite3';
import type { FleetStore, LockWaiter } from '../interface/fleet.ts';

/** Finds who waits for a place among the open grants, which are few beside the hosts. */
export function lockWaiterStore(db: Database.Database): Pick<FleetStore, 'waitingForLock'> {
  const waiting = db.prepare<[number], LockWaiter>(
    `SELECT host.id AS host, hostname, grp AS "group", host_grant.version, granted AS since
     FROM host_grant JOIN host ON host.id = host_grant.host
     WHERE outcome IS NULL AND rebooting IS NULL AND at IN ('written', 'acquiring') ORDER BY granted LIMIT ?`,
  );
  return { waitingForLock: async (limit) => waiting.all(limit) };
}
