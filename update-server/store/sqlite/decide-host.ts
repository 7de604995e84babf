import type Database from 'better-sqlite3';
import { withdraw } from '../../domain/rollout/grant-end.ts';
import type { NewAudit } from '../interface/audit.ts';
import type { HostStore } from '../interface/hosts.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import type { FollowHosts } from './host-row.ts';
import type { KnownHosts } from './known-hosts.ts';

/** What operators decide about a host. */
interface Decided {
  held: number;
  pinned: string | null;
  placed: string | null;
  approved: number;
}

/** Writes what operators decide about a host. */
export function hostDecisions(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  grants: GrantRows,
  known: KnownHosts,
  hosts: FollowHosts,
): Pick<HostStore, 'hold' | 'pin' | 'place' | 'approve'> {
  const decided = db.prepare<[string], Decided>(
    'SELECT held, pinned, placed, approved FROM host WHERE id = ?',
  );
  const set = {
    held: db.prepare('UPDATE enrolled_host SET held = ? WHERE id = ?'),
    pinned: db.prepare('UPDATE enrolled_host SET pinned = ? WHERE id = ?'),
    placed: db.prepare('UPDATE enrolled_host SET placed = ? WHERE id = ?'),
    approved: db.prepare('UPDATE enrolled_host SET approved = ? WHERE id = ?'),
  };

  function decide(
    host: string,
    what: keyof Decided,
    value: string | number | null,
    audit: NewAudit,
  ): Promise<boolean> {
    return write(() => {
      const before = decided.get(host);
      if (!before) return false;
      set[what].run(value, host);
      // a host that an operator keeps from a version loses its grant for it, and another one may go at once
      const isKept = what === 'held' ? value !== 0 : what === 'pinned' && value !== null;
      const pinned = what === 'pinned' && value !== null ? String(value) : null;
      if (isKept) grants.end(withdraw(grants.openOf(host), pinned, audit.at), audit.at);
      known.drop(host);
      hosts.ordered(host, audit.at);
      addAudit(audit, factOf(what, before[what]), factOf(what, value));
      return true;
    });
  }

  return {
    hold: (host, held, audit) => decide(host, 'held', held ? 1 : 0, audit),
    pin: (host, version, audit) => decide(host, 'pinned', version, audit),
    place: (host, group, audit) => decide(host, 'placed', group, audit),
    approve: (host, audit) => decide(host, 'approved', 1, audit),
  };
}

function factOf(what: keyof Decided, value: string | number | null): Facts {
  return what === 'placed' ? { group: value } : { [what]: typeof value === 'number' ? value !== 0 : value };
}
