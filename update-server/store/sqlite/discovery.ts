import type Database from 'better-sqlite3';
import { type Registered, type Registry, register } from '../../domain/discovery/registry.ts';
import type { DiscoveryStore } from '../interface/discovery.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';

/** Clusters of etcd that form. */
export function discoveryStore(db: Database.Database, write: Write, addAudit: AddAudit): DiscoveryStore {
  const expire = db.prepare<[string]>('DELETE FROM discovery WHERE expires <= ?');
  const count = db.prepare<[], number>('SELECT count(*) FROM discovery').pluck();
  const add = db.prepare(
    'INSERT INTO discovery (hash, size, made, expires) VALUES (@hash, @size, @made, @expires)',
  );
  const find = db.prepare<[string, string], Pick<Registry, 'size' | 'expires'>>(
    'SELECT size, expires FROM discovery WHERE hash = ? AND expires > ?',
  );
  const membersOf = db.prepare<[string], Registered>(
    'SELECT id, value FROM discovery_member WHERE hash = ? ORDER BY position',
  );
  const addMember = db.prepare(
    'INSERT INTO discovery_member (hash, position, id, value) VALUES (?, ?, ?, ?)',
  );

  function read(hash: string, now: string): Registry | undefined {
    const found = find.get(hash, now);
    return found && { ...found, members: membersOf.all(hash) };
  }

  return {
    addRegistry: (registry, most, audit) =>
      write(() => {
        expire.run(registry.made);
        if (count.get()! >= most) return false;
        add.run(registry);
        addAudit(audit, null, { size: registry.size, expires: registry.expires });
        return true;
      }),
    registry: async (hash, now) => read(hash, now),
    register: (hash, member, now) =>
      write(() => {
        const registry = read(hash, now);
        if (!registry) return undefined;
        const outcome = register(registry, member);
        if (outcome !== 'registered') return { outcome, registry };
        addMember.run(hash, registry.members.length, member.id, member.value);
        return { outcome, registry: { ...registry, members: [...registry.members, member] } };
      }),
  };
}
