import type { PolicyText } from '../../protocol/documents/policy.ts';
import { policyDefaults } from '../../protocol/documents/policy-defaults.ts';

/** A policy in words, one rule a line; without the number that its limit in flight comes to, the limit as it is written. */
export function describePolicy(policy: PolicyText, inFlightLimit?: number): string[] {
  const {
    canary,
    ramp,
    shape,
    window,
    failure_rate: rate,
    max_failures,
    silent_after,
    group,
  } = {
    ...policyDefaults,
    ...policy,
  };
  const lines = [
    canary
      ? `Canaries first: all hosts of group ${canary.group} must confirm the version and run it for ${canary.soak}, within ${canary.timeout}.`
      : 'No canaries.',
    ramp
      ? `Ramp: ${ramp.map(step).join(', ')}${shape === 'linear' ? ', rising evenly between the steps' : ''}.`
      : 'No ramp: all hosts may start at once.',
    limitOf(policy, inFlightLimit),
    `Halts by itself at ${max_failures} failed hosts, or when more than ${rate.percent} % failed once ${rate.sample} hosts have finished.`,
    `A host that is silent for ${silent_after} after a reboot counts as failed.`,
  ];
  for (const { days, from, to, zone } of window ?? []) {
    lines.push(`Hosts start only ${days ? `on ${days.join(', ')} ` : ''}from ${from} to ${to} (${zone}).`);
  }
  const paces = Object.keys(group ?? {});
  if (paces.length > 0) lines.push(`Groups with their own ramp or window: ${paces.join(', ')}.`);
  return lines;
}

function limitOf({ in_flight }: PolicyText, hosts: number | undefined): string {
  const limit = hosts ?? in_flight;
  const most =
    limit === undefined
      ? '5 % of the hosts, 10 at least,'
      : `${limit} ${typeof limit === 'string' ? 'of the hosts' : 'hosts'}`;
  return `At most ${most} are under way at the same time.`;
}

/** `25 % after 1 day`. */
function step({ percent, start_after }: NonNullable<PolicyText['ramp']>[number]): string {
  return `${percent} % ${start_after.startsWith('0 ') ? 'at once' : `after ${start_after}`}`;
}

/** The percentages of the ramp's steps, without those too close together to draw. */
export function stations({ ramp }: PolicyText): number[] {
  const steps = [...new Set((ramp ?? []).map(({ percent }) => percent))].filter((percent) => percent > 0);
  return steps.filter(
    (percent, index) => index === steps.length - 1 || (steps[index + 1] ?? 100) - percent >= 6,
  );
}
