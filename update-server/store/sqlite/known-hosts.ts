import type Database from 'better-sqlite3';
import type { HostRecord } from '../interface/hosts.ts';

/** The hosts as check-ins see them, in memory: a database read for each would be most of what a check-in costs. */
export interface KnownHosts {
  /** Reads the host when it is not known yet. */
  find(credentialHash: string): HostRecord | undefined;
  /** For use inside the write that changes or removes a host: it is read anew when it asks next, whether the write holds or not. */
  drop(host: string): void;
}

type Row = Pick<HostRecord, 'id' | 'number' | 'pinned' | 'placed' | 'boot' | 'reported'> & {
  hash: string;
  held: number;
  approved: number;
  cloned: number;
};

const columns =
  'credential_hash AS hash, id, number, held, pinned, placed, approved, cloned, boot_id AS boot, said AS reported';

/** Reads every host at once, a second for half a million. `overlay` adds what a host reported and is not written yet. */
export function knownHosts(db: Database.Database, overlay: (host: HostRecord) => void): KnownHosts {
  const known = new Map<string, HostRecord>();
  const one = db.prepare<[string], Row>(`SELECT ${columns} FROM enrolled_host WHERE credential_hash = ?`);
  const hashOf = db
    .prepare<[string], string>('SELECT credential_hash FROM enrolled_host WHERE id = ?')
    .pluck();
  const intern = internTexts();

  function read({ hash, ...row }: Row): HostRecord {
    const host = {
      ...row,
      reported: intern(row.reported),
      held: row.held !== 0,
      approved: row.approved !== 0,
      cloned: row.cloned !== 0,
    };
    overlay(host);
    known.set(hash, host);
    return host;
  }

  for (const row of db.prepare<[], Row>(`SELECT ${columns} FROM enrolled_host`).iterate()) read(row);
  return {
    find(hash) {
      const found = known.get(hash);
      if (found) return found;
      const row = one.get(hash);
      return row && read(row);
    },
    drop(host) {
      const hash = hashOf.get(host);
      if (hash !== undefined) known.delete(hash);
    },
  };
}

/** Most hosts of a fleet report the same, and it is kept once. */
function internTexts(): (text: string) => string {
  const texts = new Map<string, string>();
  return (text) => {
    const found = texts.get(text);
    if (found !== undefined) return found;
    if (texts.size >= 10_000) texts.clear();
    texts.set(text, text);
    return text;
  };
}
