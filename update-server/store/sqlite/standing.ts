import type Database from 'better-sqlite3';

/** Where a host's last grant stands, kept beside the host: lists of a large fleet filter by it. */
export interface HostStanding {
  set(host: string, standing: string, version: string, since: string): void;
}

/** Prepares the statements; a host that confirmed runs what it confirmed, and need not check in first to say so. */
export function hostStanding(db: Database.Database): HostStanding {
  const set = db.prepare(
    'UPDATE enrolled_host SET standing = ?, standing_version = ?, standing_since = ? WHERE id = ?',
  );
  const runs = db.prepare('UPDATE enrolled_host SET version = ? WHERE id = ?');
  return {
    set(host, standing, version, since) {
      set.run(standing, version, since, host);
      if (standing === 'confirmed') runs.run(version, host);
    },
  };
}
