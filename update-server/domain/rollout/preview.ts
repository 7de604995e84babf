import type { PreviewAnswer } from '../../../protocol/api/rollout.ts';
import { type Policy, paceOf } from '../../../protocol/documents/policy.ts';
import { hourMs } from '../../../protocol/time/durations.ts';
import { nextOpening } from '../../../system/time/window.ts';
import { cohortOf } from './cohort.ts';
import type { StandFacts } from './count-hosts.ts';
import { soakEnd } from './forecast.ts';
import { opensAfterMs } from './ramp.ts';

/** A host of a channel, with what decides when it may start and whether it can come. */
export interface FleetHost extends StandFacts, PreviewedHost {}

/** A host that can come, as a preview sees it. */
interface PreviewedHost {
  id: string;
  hostname: string;
  group: string;
  version: string;
}

const shown = 10;

/**
 * Which hosts would get a release when, in whole hours, if nothing stops it: canaries at the start, the others by the
 * ramp once the canary has soaked, each when its window opens. Limits in flight may make it later.
 */
export function preview(
  policy: Policy,
  release: string,
  hosts: readonly PreviewedHost[],
  starts: Date,
  hasCanary = true,
): PreviewAnswer['steps'] {
  const steps = new Map<string, PreviewAnswer['steps'][number]>();
  for (const host of hosts) {
    // behind a canary group that nobody is in, nobody starts
    const at = policy.canary && !hasCanary ? null : startOf(policy, release, host, starts);
    const group = policy.canary?.group === host.group || policy.groups.has(host.group) ? host.group : null;
    const key = `${at?.toISOString()} ${group}`;
    const step = steps.get(key) ?? { at: at?.toISOString() ?? null, group, hosts: 0, some: [] };
    step.hosts++;
    if (step.some.length < shown) step.some.push({ id: host.id, hostname: host.hostname });
    steps.set(key, step);
  }
  return byTime([...steps.values()]);
}

/** Steps by their start, those without one last. */
export function byTime(steps: PreviewAnswer['steps']): PreviewAnswer['steps'] {
  return steps.toSorted((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9'));
}

function startOf(policy: Policy, release: string, { id, group }: PreviewedHost, starts: Date): Date | null {
  const pace = paceOf(policy, group);
  if (policy.canary?.group === group) return nextOpening(pace.windows, starts);
  const after = opensAfterMs(pace, cohortOf(id, release));
  if (after === null) return null;
  const soakedMs = soakEnd(policy, starts) - starts.getTime();
  const wholeHours = Math.ceil((after + soakedMs) / hourMs) * hourMs;
  return nextOpening(pace.windows, new Date(starts.getTime() + wholeHours));
}
