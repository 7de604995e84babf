import type { PolicyText } from '../../../protocol/documents/policy.ts';
import { suggest } from '../../../protocol/text/suggest.ts';

/** What of a policy does not fit the hosts it is for, in words: allowed, and hardly meant. `groups`: the group of each active host. */
export function warningsOf(text: PolicyText, groups: readonly string[]): string[] {
  const fleet = groups.length;
  if (fleet === 0) return ['no host of the channel was seen in 14 days'];
  const has = new Set(groups);
  const { canary } = text;
  const limits = [
    ['max_failures', text.max_failures],
    ['failure_rate.sample', text.failure_rate?.sample],
    ['in_flight', typeof text.in_flight === 'number' ? text.in_flight : undefined],
  ] as const;
  return [
    ...(canary && !has.has(canary.group)
      ? [
          `no host is in the canary group ${canary.group}${meantOf(canary.group, has)}: no host would start, and the rollout would halt after ${canary.timeout}`,
        ]
      : []),
    ...Object.keys(text.group ?? {})
      .filter((group) => !has.has(group))
      .map((group) => `no host is in group ${group}${meantOf(group, has)}, which has a pace of its own`),
    ...limits
      .filter(([, limit]) => limit !== undefined && limit > fleet)
      .map(([name, limit]) => `${name} ${limit} is more than the fleet has hosts: ${fleet}`),
  ];
}

/** The group that was probably meant, in parentheses. */
function meantOf(group: string, has: ReadonlySet<string>): string {
  const meant = suggest(group, [...has]);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}
