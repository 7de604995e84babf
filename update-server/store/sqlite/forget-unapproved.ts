import type Database from 'better-sqlite3';
import { endAll } from '../../domain/rollout/grant-end.ts';
import type { HostStore } from '../interface/hosts.ts';
import type { AddAudit } from './audit.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import type { KnownHosts } from './known-hosts.ts';

/** Hosts forgotten in one write: a longer one would delay all others. */
const atOnce = 200;

/** Forgets unapproved hosts that no longer check in, some at a time. */
export function unapprovedStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  grants: GrantRows,
  known: KnownHosts,
): Pick<HostStore, 'forgetUnapproved'> {
  const old = db
    .prepare<{ before: string; unseen: string }, string>(
      `SELECT id FROM enrolled_host JOIN sighting ON sighting.host = number
       WHERE approved = 0 AND iif(last_seen IS NULL, enrolled < @unseen, last_seen < @before) LIMIT ${atOnce}`,
    )
    .pluck();
  const remove = db.prepare('DELETE FROM enrolled_host WHERE id = ?');

  function forget(id: string, now: string): void {
    grants.end(endAll(grants.openOf(id), 'lapsed', now), now);
    known.drop(id);
    remove.run(id);
  }

  return {
    async forgetUnapproved(ages, audit) {
      let forgotten = 0;
      for (let ids = old.all(ages); ids.length > 0; ids = old.all(ages)) {
        const gone = ids;
        await write(() => {
          for (const id of gone) forget(id, audit.at);
        });
        forgotten += ids.length;
      }
      if (forgotten > 0)
        await write(() => void addAudit(audit, { unapproved: forgotten }, { unapproved: 0 }));
      return forgotten;
    },
  };
}
