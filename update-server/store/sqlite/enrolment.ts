import type Database from 'better-sqlite3';
import type { Enrolment } from '../../../protocol/api/operator.ts';
import { maxUnapproved, type Store } from '../interface/store.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { OpenGrants } from './open-grants.ts';

type EnrolmentStore = Pick<Store, 'enrol' | 'enrolment' | 'setEnrolment' | 'forgetUnapproved'>;

/** Hosts forgotten in one write: a longer one would keep everybody waiting. */
const atOnce = 200;

/** How hosts become known, and how those go that nobody vouched for. */
export function enrolmentStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  grantsOf: OpenGrants,
  known: KnownHosts,
): EnrolmentStore {
  const byKey = db.prepare<[string, string], { id: string; approved: number }>(
    'SELECT id, approved FROM enrolled_host WHERE key_hash = ? AND machine_id = ?',
  );
  const renew = db.prepare(
    `UPDATE enrolled_host SET credential_hash = @credentialHash, hostname = @hostname, approved = max(approved, @approved)
     WHERE id = @id`,
  );
  const insert = db.prepare(
    `INSERT INTO enrolled_host (id, credential_hash, machine_id, hostname, name, arch, enrolled, approved, key_hash)
     VALUES (@id, @credentialHash, @machineId, @hostname, @name, @arch, @enrolled, @approved, @keyHash)`,
  );
  const insertSighting = db.prepare('INSERT INTO sighting (host) VALUES (?)');
  const waiting = db.prepare<[], number>('SELECT count(*) FROM enrolled_host WHERE approved = 0').pluck();
  const setting = db.prepare<[], Enrolment>("SELECT value FROM setting WHERE name = 'enrolment'").pluck();
  const set = db.prepare("UPDATE setting SET value = ? WHERE name = 'enrolment'");
  const old = db
    .prepare<{ before: string; unseen: string }, string>(
      `SELECT id FROM enrolled_host JOIN sighting ON sighting.host = number
       WHERE approved = 0 AND iif(last_seen IS NULL, enrolled < @unseen, last_seen < @before) LIMIT ${atOnce}`,
    )
    .pluck();
  const remove = db.prepare('DELETE FROM enrolled_host WHERE id = ?');

  return {
    enrol: ({ knownOnly = false, keyHash = null, ...host }, audit) =>
      write(() => {
        const approved = host.approved ? 1 : 0;
        const same = keyHash === null ? undefined : byKey.get(keyHash, host.machineId);
        if (same) {
          known.drop(same.id);
          renew.run({ ...host, approved, id: same.id });
          if (approved > same.approved) addAudit({ ...audit, subject: `host ${same.id}` });
          return { id: same.id };
        }
        if (knownOnly) return { none: 'unknown' } as const;
        if (!host.approved && setting.get() === 'token') return { none: 'closed' } as const;
        if (!host.approved && waiting.get()! >= maxUnapproved) return { none: 'full' } as const;
        const { lastInsertRowid } = insert.run({ ...host, approved, keyHash });
        insertSighting.run(lastInsertRowid);
        if (host.approved) addAudit(audit);
        return { id: host.id };
      }),
    enrolment: async () => ({ enrolment: setting.get()!, unapproved: waiting.get()!, limit: maxUnapproved }),
    setEnrolment: (enrolment, audit) =>
      write(() => {
        const before = setting.get();
        if (before === enrolment) return;
        set.run(enrolment);
        addAudit(audit, { enrolment: before }, { enrolment });
      }),
    async forgetUnapproved(ages, audit) {
      let forgotten = 0;
      for (let ids = old.all(ages); ids.length > 0; ids = old.all(ages)) {
        const gone = ids;
        await write(() => gone.forEach(forget));
        forgotten += ids.length;
      }
      if (forgotten > 0) await write(() => addAudit(audit, { unapproved: forgotten }, { unapproved: 0 }));
      return forgotten;

      function forget(id: string): void {
        grantsOf.closeOthers(id, audit.at);
        known.drop(id);
        remove.run(id);
      }
    },
  };
}
