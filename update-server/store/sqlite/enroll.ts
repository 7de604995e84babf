import type Database from 'better-sqlite3';
import type { Enrollment } from '../../../protocol/api/operator.ts';
import { enroll, maxUnapproved } from '../../domain/hosts/enroll.ts';
import type { HostStore } from '../interface/hosts.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';
import type { KnownHosts } from './known-hosts.ts';

type EnrollStore = Pick<HostStore, 'enroll' | 'enrollment' | 'setEnrollment'>;

/** How hosts become known, and whether they need a join token for it. */
export function enrollStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  known: KnownHosts,
): EnrollStore {
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
  const insertCheckIn = db.prepare('INSERT INTO sighting (host) VALUES (?)');
  const waiting = db.prepare<[], number>('SELECT count(*) FROM enrolled_host WHERE approved = 0').pluck();
  const setting = db.prepare<[], Enrollment>("SELECT value FROM setting WHERE name = 'enrolment'").pluck();
  const set = db.prepare("UPDATE setting SET value = ? WHERE name = 'enrolment'");

  return {
    enroll: ({ knownOnly = false, keyHash = null, ...host }, audit) =>
      write(() => {
        const approved = host.approved ? 1 : 0;
        const found = keyHash === null ? undefined : byKey.get(keyHash, host.machineId);
        const same = found && { id: found.id, approved: found.approved !== 0 };
        const facts = { same, enrollment: setting.get()!, waiting: waiting.get()! };
        const decision = enroll(facts, { ...host, knownOnly });
        if ('none' in decision) return decision;
        if ('renews' in decision) {
          const id = decision.renews;
          known.drop(id);
          renew.run({ ...host, approved, id });
          if (decision.audited) addAudit({ ...audit, subject: { kind: 'host', id } });
          return { id };
        }
        const { lastInsertRowid } = insert.run({ ...host, approved, keyHash });
        insertCheckIn.run(lastInsertRowid);
        if (decision.audited) addAudit(audit);
        return { id: decision.id };
      }),
    enrollment: async () => ({
      enrollment: setting.get()!,
      unapproved: waiting.get()!,
      limit: maxUnapproved,
    }),
    setEnrollment: (enrollment, audit) =>
      write(() => {
        const before = setting.get();
        if (before === enrollment) return;
        set.run(enrollment);
        addAudit(audit, { enrolment: before }, { enrolment: enrollment });
      }),
  };
}
