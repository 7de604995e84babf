import type Database from 'better-sqlite3';
import {
  type CanaryCount,
  type CanaryFacts,
  type CanaryHost,
  type MissingHost,
  mayTake,
  sumUpCanary,
} from '../../domain/rollout/canary.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { isOfRollout, type Parameters, parametersOf } from './hosts-of-rollout.ts';
import type { WatchClock } from './watch-clock.ts';

/** SQLite knows no booleans. */
type Row<T extends CanaryHost> = Omit<T, keyof CanaryHost> &
  Record<'approved' | 'held' | 'cloned', number> &
  Pick<T, 'pinned'>;
type Behind = CanaryHost & Omit<MissingHost, 'replacedBy'>;

/** Missing hosts that are named. */
const named = 50;

/** Reads what the canary hosts of a rollout have done with its release. */
export function canaryReader(db: Database.Database, watch: WatchClock): (rollout: Rollout) => CanaryFacts {
  const isCanary = `${isOfRollout} AND coalesce(placed, grp) = @group`;
  const alike = db.prepare<Parameters, Row<CanaryCount>>(
    `SELECT version, approved, held, cloned, pinned, count(*) AS hosts,
       max(CASE WHEN version = @version THEN coalesce((
         SELECT max(closed_ms) FROM host_grant
         WHERE host = host.id AND rollout = @id AND outcome = 'confirmed'), @createdMs) END) AS lastMs
     FROM host WHERE ${isCanary} GROUP BY 1, 2, 3, 4, 5`,
  );
  const behind = db.prepare<Parameters, Row<Behind>>(
    `SELECT id, hostname, last_seen AS lastSeen, approved, held, cloned, pinned
     FROM host WHERE ${isCanary} AND version <> @version ORDER BY last_seen`,
  );
  const replacement = db
    .prepare<[string], string>(
      `SELECT other.id FROM enrolled_host AS own JOIN enrolled_host AS other ON other.name = own.name
         AND other.arch = own.arch AND other.channel = own.channel AND other.id <> own.id
         AND other.enrolled > own.enrolled
         AND (other.machine_id = own.machine_id OR other.hostname = own.hostname)
       WHERE own.id = ? ORDER BY other.enrolled DESC LIMIT 1`,
    )
    .pluck();

  function missing(rollout: Rollout, of: Parameters): MissingHost[] {
    const found: Omit<MissingHost, 'replacedBy'>[] = [];
    for (const { id, hostname, lastSeen, ...row } of behind.iterate(of)) {
      if (mayTake(read(row), rollout)) found.push({ id, hostname, lastSeen });
      if (found.length >= named) break;
    }
    return found.map((host) => ({ ...host, replacedBy: replacement.get(host.id) ?? null }));
  }

  return (rollout) => {
    const { id, version, policy, createdMs } = rollout;
    const of = { ...parametersOf(rollout, watch.now().ms), version, group: policy.canary!.group };
    const facts = sumUpCanary(alike.all({ ...of, id, createdMs }).map(read), rollout);
    return { ...facts, missing: facts.confirmed < facts.active ? missing(rollout, of) : [] };
  };
}

function read<T extends Record<'approved' | 'held' | 'cloned', number>>(row: T) {
  return { ...row, approved: row.approved !== 0, held: row.held !== 0, cloned: row.cloned !== 0 };
}
