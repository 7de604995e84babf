import type { PolicyText } from '../../../protocol/policy.ts';
import { policyDefaults } from '../../../protocol/policy-defaults.ts';

/** A policy as a person would say it, one rule a line. */
export function describePolicy(policy: PolicyText, inFlightLimit: number): string[] {
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
      ? `Hosts of group ${canary.group} go first; all of them must confirm and run it for ${canary.soak}, within ${canary.timeout}.`
      : 'No canaries go first.',
    ramp
      ? `${ramp.map(step).join(', ')}${shape === 'linear' ? ', climbing evenly from step to step' : ''}.`
      : 'Everybody may start at once.',
    `At most ${inFlightLimit} hosts are under way at once.`,
    `It stops by itself at ${max_failures} failed hosts, or at more than ${rate.percent} % once ${rate.sample} hosts are through.`,
    `A host that reboots and is silent for ${silent_after} has failed.`,
  ];
  for (const { days, from, to, zone } of window ?? []) {
    lines.push(`Hosts start only ${days ? `on ${days.join(', ')} ` : ''}from ${from} to ${to}, ${zone}.`);
  }
  const paces = Object.keys(group ?? {});
  if (paces.length > 0) lines.push(`These groups have a pace of their own: ${paces.join(', ')}.`);
  return lines;
}

/** `25 % after 1 day`. */
function step({ percent, start_after }: NonNullable<PolicyText['ramp']>[number]): string {
  return `${percent} % ${start_after.startsWith('0 ') ? 'at once' : `after ${start_after}`}`;
}

/** Percentages at which the ramp's steps lie, those too close to be told apart left out. */
export function stations({ ramp }: PolicyText): number[] {
  const steps = [...new Set((ramp ?? []).map(({ percent }) => percent))].filter((at) => at > 0);
  return steps.filter((at, index) => index === steps.length - 1 || (steps[index + 1] ?? 100) - at >= 6);
}
