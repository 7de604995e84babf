import type Database from 'better-sqlite3';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Counts, Rollout } from '../../domain/rollout/rollout.ts';
import { beginRollout, type NewRollout } from '../../domain/rollout/start.ts';
import { readJson } from './read-json.ts';
import { type RolloutRow, readRollout } from './read-rollout.ts';
import type { WatchClock } from './watch-clock.ts';

/** Rollouts as rows, for use inside a write of the store. */
export interface RolloutRows {
  byId(id: string): Rollout | undefined;
  /** The one that is not superseded. */
  current(name: string, channel: string, arch: Arch): Rollout | undefined;
  /** Those that are not superseded. */
  allCurrent(): Rollout[];
  list(name: string | null, channel: string | null, limit: number): Rollout[];
  policyText(id: string): PolicyText;
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
  const columns = `id, name, channel, arch, version, release, policy_name AS policyName, policy, state, reason,
    created, starts, ramp_ran AS rampRanMs, ramp_since AS rampSince, canary_passed AS canaryPassed, full, resumed,
    active, in_flight AS inFlight, confirmed, failed, canary_failed AS canaryFailed,
    silent, base_confirmed AS baseConfirmed, base_failed AS baseFailed, base_canary_failed AS baseCanaryFailed,
    base_silent AS baseSilent, begun, created_ms AS createdMs, resumed_ms AS resumedMs, halted_for AS haltedFor,
    halt_line AS haltLine`;
  const byId = db.prepare<[string], RolloutRow>(`SELECT ${columns} FROM rollout WHERE id = ?`);
  const current = db.prepare<[string, string, string], RolloutRow>(
    `SELECT ${columns} FROM rollout WHERE name = ? AND channel = ? AND arch = ? AND state <> 'superseded'`,
  );
  const allCurrent = db.prepare<[], RolloutRow>(`SELECT ${columns} FROM rollout WHERE state <> 'superseded'`);
  const list = db.prepare<{ name: string | null; channel: string | null; limit: number }, RolloutRow>(
    `SELECT ${columns} FROM rollout WHERE name = coalesce(@name, name) AND channel = coalesce(@channel, channel)
     ORDER BY created DESC, rowid DESC LIMIT @limit`,
  );
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

  const read = (row: RolloutRow | undefined) => row && readRollout(row);

  return {
    byId: (id) => read(byId.get(id)),
    current(name, channel, arch) {
      // what a transaction sees may never come to be
      if (db.inTransaction) return read(current.get(name, channel, arch));
      const key = `${name}/${channel}/${arch}`;
      if (!known.has(key)) known.set(key, read(current.get(name, channel, arch)));
      return known.get(key);
    },
    allCurrent: () => allCurrent.all().map((row) => read(row)!),
    list: (name, channel, limit) => list.all({ name, channel, limit }).map((row) => read(row)!),
    policyText: (id) => readJson<PolicyText>(byId.get(id)?.policy, {}),
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
