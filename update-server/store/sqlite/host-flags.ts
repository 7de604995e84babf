import type Database from 'better-sqlite3';

/** What decides whether a host may take a grant, and whether it counts. */
export interface HostFlags {
  held: boolean;
  cloned: boolean;
  approved: boolean;
}

/** Reads the flags of a host; undefined when there is none. */
export function hostFlagsReader(db: Database.Database): (host: string) => HostFlags | undefined {
  const flags = db.prepare<[string], Record<keyof HostFlags, number>>(
    'SELECT held, cloned, approved FROM host WHERE id = ?',
  );
  return (host) => {
    const row = flags.get(host);
    return row && { held: row.held !== 0, cloned: row.cloned !== 0, approved: row.approved !== 0 };
  };
}
