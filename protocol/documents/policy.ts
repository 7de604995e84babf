import { type Static, Type } from 'typebox';
import { InterlockError } from '../errors/interlock-error.ts';
import { Positive, parse, strict, Word } from '../schema/schema.ts';
import { dayMs, hourMs, minuteMs, secondMs, weekMs } from '../time/durations.ts';
import { policyDefaults } from './policy-defaults.ts';
import { problemOfWindows, type Window, Windows } from './window.ts';

const unitMs = { second: secondMs, minute: minuteMs, hour: hourMs, day: dayMs, week: weekMs } as const;
const durationPattern = '^(\\d{1,6}) (second|minute|hour|day|week)s?$';

const Duration = Type.String({ pattern: durationPattern });
const Percent = Type.Number({ minimum: 0, maximum: 100 });
const RampStep = strict({ start_after: Duration, percent: Percent });
const pace = {
  ramp: Type.Optional(Type.Array(RampStep, { minItems: 1, maxItems: 64 })),
  /** `staircase` waits at each step, `linear` climbs from step to step. */
  shape: Type.Optional(Type.Enum(['staircase', 'linear'])),
  window: Type.Optional(Windows),
};

/** How a release reaches a channel's hosts, as a person writes it in TOML. */
export const PolicyText = strict({
  ...pace,
  canary: Type.Optional(strict({ group: Word, soak: Duration, timeout: Duration })),
  /** Hosts that may be under way at once: a number, or a share of the active ones such as `"5 %"`. */
  in_flight: Type.Optional(Type.Union([Positive, Type.String({ pattern: '^\\d{1,3} ?%$' })])),
  max_failures: Type.Optional(Positive),
  failure_rate: Type.Optional(strict({ percent: Percent, sample: Positive })),
  silent_after: Type.Optional(Duration),
  /** Groups with a pace of their own. */
  group: Type.Optional(Type.Record(Word, strict(pace), { additionalProperties: false })),
});
export type PolicyText = Static<typeof PolicyText>;

/** Which hosts may start when. */
export interface Pace {
  /** Rising in time and percent; `afterMs` counts the time the rollout ran. */
  ramp: readonly { afterMs: number; percent: number }[];
  shape: 'staircase' | 'linear';
  /** Empty: at any time. */
  windows: readonly Window[];
}

/** A policy with every default filled in; durations in milliseconds. */
export interface Policy extends Pace {
  canary: { group: string; soakMs: number; timeoutMs: number } | null;
  inFlight: { hosts: number } | { percent: number } | null;
  maxFailures: number;
  failureRate: { percent: number; sample: number };
  /** A host that said it reboots and then nothing for this long has failed. */
  silentAfterMs: number;
  /** A map: a host may call its group by any word, `constructor` too. */
  groups: ReadonlyMap<string, Pace>;
}

const atOnce = [{ afterMs: 0, percent: 100 }];

/** Checks a policy and fills in its defaults. Throws `bad_input` naming `what` and the field. */
export function readPolicy(value: unknown, what = 'policy'): Policy {
  const text = parse(PolicyText, value, what);
  const own = readPace(text, undefined, what);
  const { canary } = text;
  return {
    ...own,
    canary: canary
      ? { group: canary.group, soakMs: durationMs(canary.soak), timeoutMs: durationMs(canary.timeout) }
      : null,
    inFlight: readShare(text.in_flight),
    maxFailures: text.max_failures ?? policyDefaults.max_failures,
    failureRate: text.failure_rate ?? policyDefaults.failure_rate,
    silentAfterMs: durationMs(text.silent_after ?? policyDefaults.silent_after),
    groups: new Map(
      Object.entries(text.group ?? {}).map(([name, pace]) => [name, readPace(pace, own, what)]),
    ),
  };
}

const longestMs = 36_500 * unitMs.day;

/** Refuses, with both numbers, what is allowed by itself and makes no sense together. Throws `bad_input`. */
export function refuseContradictions(text: PolicyText, what = 'policy'): void {
  const { canary, in_flight } = text;
  if (canary && durationMs(canary.soak) >= durationMs(canary.timeout)) {
    throw refuse(
      what,
      `the canary’s soak of ${canary.soak} must be shorter than its timeout of ${canary.timeout}: it could never pass`,
    );
  }
  if (typeof in_flight === 'string' && Number.parseInt(in_flight, 10) > 100) {
    throw refuse(what, `in_flight ${in_flight} is more than 100 %`);
  }
  if (typeof in_flight === 'string' && Number.parseInt(in_flight, 10) === 0) {
    throw refuse(what, `in_flight ${in_flight} lets no host start`);
  }
  if (text.silent_after && durationMs(text.silent_after) === 0) {
    throw refuse(what, `silent_after ${text.silent_after} would count every host that reboots as failed`);
  }
  const durations = [
    ...(canary ? [canary.soak, canary.timeout] : []),
    ...(text.silent_after ? [text.silent_after] : []),
    ...[text, ...Object.values(text.group ?? {})].flatMap(
      ({ ramp }) => ramp?.map(({ start_after }) => start_after) ?? [],
    ),
  ];
  const long = durations.find((duration) => durationMs(duration) > longestMs);
  if (long) throw refuse(what, `${long} is longer than 36500 days`);
}

/** The pace that a host of this group follows. */
export function paceOf(policy: Policy, group: string): Pace {
  return policy.groups.get(group) ?? policy;
}

/** Milliseconds in a duration such as `90 minutes`. */
export function durationMs(text: string): number {
  const [, count, unit] = new RegExp(durationPattern).exec(text) ?? [];
  if (!count)
    throw new InterlockError('bad_input', {
      what: 'duration',
      problem: `${text} is not a duration, such as "2 hours"`,
    });
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

function readPace(
  text: Pick<PolicyText, 'ramp' | 'shape' | 'window'>,
  parent: Pace | undefined,
  what: string,
): Pace {
  const steps = text.ramp?.map(({ start_after, percent }) => ({ afterMs: durationMs(start_after), percent }));
  const ramp = steps ?? parent?.ramp ?? atOnce;
  ramp.forEach((step, at) => {
    const before = ramp[at - 1];
    if (before && (step.afterMs <= before.afterMs || step.percent < before.percent)) {
      throw refuse(what, `ramp step ${at + 1} must come later than step ${at} and not go down`);
    }
  });
  const problem = problemOfWindows(text.window ?? []);
  if (problem) throw refuse(what, problem);
  return {
    ramp,
    shape: text.shape ?? parent?.shape ?? policyDefaults.shape,
    windows: text.window ?? parent?.windows ?? [],
  };
}

function readShare(text: number | string | undefined): Policy['inFlight'] {
  if (text === undefined) return null;
  return typeof text === 'number' ? { hosts: text } : { percent: Number.parseInt(text, 10) };
}

function refuse(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}
