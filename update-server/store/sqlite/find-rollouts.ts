import type Database from 'better-sqlite3';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { readJson } from './read-json.ts';
import { type RolloutRow, readRollout } from './read-rollout.ts';

/** Finds rollouts. */
export interface FindRollouts {
  byId(id: string): Rollout | undefined;
  /** The one that is not superseded. */
  current(name: string, channel: string, arch: Arch): Rollout | undefined;
  /** Those that are not superseded. */
  allCurrent(): Rollout[];
  list(name: string | null, channel: string | null, limit: number): Rollout[];
  policyText(id: string): PolicyText;
}

const columns = `id, name, channel, arch, version, release, policy_name AS policyName, policy, state, reason,
  created, starts, ramp_ran AS rampRanMs, ramp_since AS rampSince, canary_passed AS canaryPassed, full, resumed,
  active, in_flight AS inFlight, confirmed, failed, canary_failed AS canaryFailed,
  silent, base_confirmed AS baseConfirmed, base_failed AS baseFailed, base_canary_failed AS baseCanaryFailed,
  base_silent AS baseSilent, begun, created_ms AS createdMs, resumed_ms AS resumedMs, halted_for AS haltedFor,
  halt_line AS haltLine`;

/** Prepares the statements. */
export function findRollouts(db: Database.Database): FindRollouts {
  const byId = db.prepare<[string], RolloutRow>(`SELECT ${columns} FROM rollout WHERE id = ?`);
  const current = db.prepare<[string, string, string], RolloutRow>(
    `SELECT ${columns} FROM rollout WHERE name = ? AND channel = ? AND arch = ? AND state <> 'superseded'`,
  );
  const allCurrent = db.prepare<[], RolloutRow>(`SELECT ${columns} FROM rollout WHERE state <> 'superseded'`);
  const list = db.prepare<{ name: string | null; channel: string | null; limit: number }, RolloutRow>(
    `SELECT ${columns} FROM rollout WHERE name = coalesce(@name, name) AND channel = coalesce(@channel, channel)
     ORDER BY created DESC, rowid DESC LIMIT @limit`,
  );
  const read = (row: RolloutRow | undefined) => row && readRollout(row);
  return {
    byId: (id) => read(byId.get(id)),
    current: (name, channel, arch) => read(current.get(name, channel, arch)),
    allCurrent: () => allCurrent.all().map(readRollout),
    list: (name, channel, limit) => list.all({ name, channel, limit }).map(readRollout),
    policyText: (id) => readJson<PolicyText>(byId.get(id)?.policy, {}),
  };
}
