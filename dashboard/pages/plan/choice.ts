import type { PolicyAnswer, RolloutDetail, StartRequest } from '../../../protocol/api/rollout.ts';
import { quoted, toServer } from '../../format/command.ts';
import { withOffset, zoneHere } from '../../format/local-time.ts';

/** What is to be rolled out and when, as it stands in the address. */
export interface Choice {
  name: string;
  channel: string;
  /** `channel`: that of the channel; `planned`: that of the rollout that waits for its start. */
  policy: string;
  /** `now`, or a moment. */
  starts: string;
  /** Hours in which hosts may start, in place of the policy’s; both or none count. */
  from: string;
  to: string;
}

/** The policies that every server has. */
export const shippedPolicies = ['careful', 'normal', 'now'] as const;

/** The choice in an address; what it leaves out is as in the rollout that is planned. */
export function choiceOf(
  query: URLSearchParams,
  { name, channel }: { name: string; channel: string },
  planned: Pick<RolloutDetail, 'starts' | 'policy'> | undefined,
): Choice {
  const word = (key: string) => query.get(key) ?? undefined;
  const isShipped = shippedPolicies.some((shipped) => shipped === planned?.policy);
  const usual = planned ? (isShipped ? planned.policy : 'planned') : 'channel';
  const policy = word('policy') ?? usual;
  return {
    ...{ name, channel, policy, starts: word('starts') ?? planned?.starts ?? 'now' },
    ...{ from: word('from') ?? '', to: word('to') ?? '' },
  };
}

/** What is wrong with a choice, before the server is asked; empty when nothing is. */
export function problemOf({ starts, from, to }: Choice, now: Date): string {
  if (Boolean(from) !== Boolean(to)) return 'Enter both hours, or none.';
  if (starts !== 'now' && Date.parse(starts) < now.getTime() - 60_000) return 'This start is over.';
  return '';
}

/** The request for a choice; the policy goes along in full where it has no name. */
export function requestOf(
  { name, channel, policy, starts, from, to }: Choice,
  own: Pick<PolicyAnswer, 'policy' | 'text'>,
  planned: Pick<RolloutDetail, 'policyText'> | undefined,
): StartRequest {
  const ofChannel = own.policy === 'own' ? own.text : own.policy;
  const ofPlanned = planned?.policyText ?? ofChannel;
  return {
    ...{ name, channel },
    policy: policy === 'channel' ? ofChannel : policy === 'planned' ? ofPlanned : policy,
    ...(from && to ? { window: { from, to, zone: zoneHere() } } : {}),
    ...(starts === 'now' ? {} : { starts }),
  };
}

/** The same in a terminal; none for a policy that only its rollout has. */
export function commandOf({ name, channel, policy, starts, from, to }: Choice): string | undefined {
  if (policy === 'planned') return undefined;
  const words = [
    `interlock rollout start ${name} --channel ${channel}`,
    ...(policy === 'channel' ? [] : [`--policy ${policy}`]),
    ...(from && to ? [`--window ${quoted(`${from}-${to} ${zoneHere()}`)}`] : []),
    ...(starts === 'now' ? [] : [`--at ${withOffset(new Date(starts))}`]),
  ];
  return toServer(words.join(' '));
}
