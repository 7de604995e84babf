import type Database from 'better-sqlite3';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Counts, Rollout } from '../../domain/rollout/rollout.ts';
import { beginRollout, type NewRollout } from '../../domain/rollout/start.ts';
import { type FindRollouts, findRollouts } from './find-rollouts.ts';
import type { WatchClock } from './watch-clock.ts';

/** Rollouts as rows, for use inside a write of the store. */
export interface RolloutRows extends FindRollouts {
  insert(rollout: NewRollout, active: number): void;
  supersede(name: string, channel: string, arch: Arch): void;
  /** Writes what may change, but the counts. */
  update(rollout: Rollout): void;
  count(id: string, change: Partial<Counts>): void;
  /** After a tick everybody reads anew. */
  forget(): void;
}

/** Prepares the statements. */
export function rolloutRows(db: Database.Database, watch: WatchClock): RolloutRows {
  /** What is current, as check-ins ask for it; every write forgets it. */
  const known = new Map<string, Rollout | undefined>();
  const find = findRollouts(db);
  const insert = db.prepare(
    `INSERT INTO rollout (id, name, channel, arch, version, release, policy_name, policy, state, reason, created,
       starts, ramp_since, resumed, active, begun, created_ms, resumed_ms)
     VALUES (@id, @name, @channel, @arch, @version, @release, @policyName, @policy, @state, @reason, @created,
       @starts, @rampSince, @resumed, @active, @begun, @ms, @ms)`,
  );
  const supersede = db.prepare(
    `UPDATE rollout SET state = 'superseded' WHERE name = ? AND channel = ? AND arch = ? AND state <> 'superseded'`,
  );
  const update = db.prepare(
    `UPDATE rollout SET state = @state, reason = @reason, ramp_ran = @rampRanMs, ramp_since = @rampSince,
       canary_passed = @canaryPassed, full = @full, resumed = @resumed, active = @active,
       base_confirmed = @baseConfirmed, base_failed = @baseFailed, base_canary_failed = @baseCanaryFailed,
       base_silent = @baseSilent, begun = @begun, resumed_ms = @resumedMs, halted_for = @haltedFor, halt_line = @haltLine,
       starts = @starts, created = @created
     WHERE id = @id`,
  );
  const count = db.prepare(
    `UPDATE rollout SET in_flight = in_flight + @inFlight, confirmed = confirmed + @confirmed,
       failed = failed + @failed, canary_failed = canary_failed + @canaryFailed, silent = silent + @silent
     WHERE id = @id`,
  );

  return {
    ...find,
    current(name, channel, arch) {
      // what a transaction sees may never come to be
      if (db.inTransaction) return find.current(name, channel, arch);
      const key = `${name}/${channel}/${arch}`;
      if (!known.has(key)) known.set(key, find.current(name, channel, arch));
      return known.get(key);
    },
    insert(rollout, active) {
      known.clear();
      const { name: policyName, text } = rollout.policy;
      const policy = JSON.stringify(text);
      const { ms } = watch.now();
      insert.run({ ...rollout, ...beginRollout(rollout), policyName, policy, active, ms });
    },
    supersede(name, channel, arch) {
      known.clear();
      supersede.run(name, channel, arch);
    },
    update({ baseline, full, policy: _policy, counts: _counts, bad: _bad, haltedFor, ...rollout }) {
      known.clear();
      update.run({
        ...rollout,
        full: full ? 1 : 0,
        baseConfirmed: baseline.confirmed,
        baseFailed: baseline.failed,
        baseCanaryFailed: baseline.canaryFailed,
        baseSilent: baseline.silent,
        haltedFor: JSON.stringify(haltedFor),
      });
    },
    count(id, change) {
      known.clear();
      count.run({ id, inFlight: 0, confirmed: 0, failed: 0, canaryFailed: 0, silent: 0, ...change });
    },
    forget: () => known.clear(),
  };
}
