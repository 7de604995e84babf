import { type PolicyText, readPolicy } from '../../../../protocol/documents/policy.ts';
import { keepPace, type Rollout } from '../../../../update-server/domain/rollout/rollout.ts';
import type { Store } from '../../../../update-server/store/interface/store.ts';

/** When the rollouts of these tests begin. */
export const begin = new Date('2026-03-01T12:00:00.000Z');

/** That much later, in hours. */
export function hoursLater(hours: number): Date {
  return new Date(begin.getTime() + hours * 3_600_000);
}

/** A running rollout that began at `begin`, with a policy as a person writes it. */
export function rollout(parts: Partial<Rollout> & { text?: PolicyText } = {}): Rollout {
  const { text = {}, ...rest } = parts;
  const policy = readPolicy(text);
  return {
    id: 'rollout-1',
    name: 'tiny',
    channel: 'alpha',
    arch: 'x86-64',
    version: '2.0',
    release: 'r'.repeat(64),
    policyName: 'test',
    policy,
    state: 'running',
    reason: '',
    created: begin.toISOString(),
    starts: begin.toISOString(),
    rampRanMs: 0,
    rampSince: policy.canary ? null : begin.toISOString(),
    canaryPassed: null,
    full: false,
    resumed: begin.toISOString(),
    active: 1000,
    counts: { inFlight: 0, confirmed: 0, failed: 0, canaryFailed: 0, silent: 0 },
    bad: null,
    baseline: { confirmed: 0, failed: 0, canaryFailed: 0, silent: 0 },
    begun: begin.toISOString(),
    createdMs: 0,
    resumedMs: 0,
    haltedFor: [],
    haltLine: null,
    ...rest,
  };
}

/** The same after ticks that left nothing out since its ramp began. */
export function aged(one: Rollout, now: Date): Rollout {
  const since = Date.parse(one.rampSince ?? one.starts);
  return keepPace(one, now, 0, Math.max(now.getTime() - since, 0));
}

/** Ticks as a server does that was never away: everything since the last tick is watched over. */
export function timekeeper(from = begin): (store: Store, now: Date) => Promise<string[]> {
  let last = from;
  return (store, now) => {
    const covered = now.getTime() - last.getTime();
    last = now;
    return store.advance(now, covered);
  };
}
