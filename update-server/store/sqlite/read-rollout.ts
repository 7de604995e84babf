import { type Policy, readPolicy } from '../../../protocol/documents/policy.ts';
import { problemOf, Time } from '../../../protocol/schema/schema.ts';
import type { Counts, Rollout } from '../../domain/rollout/rollout.ts';
import { readJson } from './read-json.ts';

/** A rollout as the database holds it. */
export interface RolloutRow
  extends Omit<Rollout, 'policy' | 'full' | 'counts' | 'baseline' | 'bad' | 'haltedFor'>,
    Counts {
  policy: string;
  full: number;
  baseConfirmed: number;
  baseFailed: number;
  baseCanaryFailed: number;
  baseSilent: number;
  haltedFor: string;
}

const times = ['created', 'starts', 'resumed', 'begun', 'rampSince', 'canaryPassed'] as const;
const policies = new Map<string, Policy | Error>();
const keptPolicies = 1000;

/**
 * Reads a row so that no value in it can break whoever reads it: what is wrong is replaced by something harmless and
 * named in `bad`, and such a rollout starts nobody and can be aborted.
 */
export function readRollout(row: RolloutRow): Rollout {
  const { inFlight, confirmed, failed, canaryFailed, silent, ...others } = row;
  const { baseConfirmed, baseFailed, baseCanaryFailed, baseSilent, ...rest } = others;
  const wrong = times.filter((name) => row[name] !== null && problemOf(Time, row[name]));
  const policy = policyOf(row.policy);
  const problems = [
    ...wrong.map((name) => `${name} is ${row[name]}`),
    ...(policy instanceof Error ? [policy.message] : []),
  ];
  return {
    ...rest,
    ...Object.fromEntries(wrong.map((name) => [name, mended(row, name)])),
    policy: policy instanceof Error ? readPolicy({}) : policy,
    full: row.full !== 0,
    counts: { inFlight, confirmed, failed, canaryFailed, silent },
    baseline: {
      confirmed: baseConfirmed,
      failed: baseFailed,
      canaryFailed: baseCanaryFailed,
      silent: baseSilent,
    },
    haltedFor: readJson<string[]>(row.haltedFor, []),
    bad: problems.length > 0 ? problems.join(', ') : null,
  };
}

/** The moment of its making, for what must be one; null for what need not be. */
function mended({ created }: RolloutRow, name: (typeof times)[number]): string | null {
  if (name === 'rampSince' || name === 'canaryPassed' || name === 'begun') return null;
  return problemOf(Time, created) ? new Date(0).toISOString() : created;
}

/** Policies are parsed once. */
function policyOf(text: string): Policy | Error {
  const known = policies.get(text);
  if (known) return known;
  if (policies.size >= keptPolicies) policies.clear();
  const read = tryRead(text);
  policies.set(text, read);
  return read;
}

function tryRead(text: string): Policy | Error {
  try {
    return readPolicy(JSON.parse(text));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
