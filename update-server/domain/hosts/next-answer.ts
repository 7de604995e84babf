import type { NoneReason } from '../../../protocol/api/check-in.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { refusal } from '../rollout/admit.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { goalOf, type HostFacts } from './decide.ts';

/** Reasons that follow from the rollout and not from the host or its channel. */
const ofRollout: readonly string[] = [
  'no_rollout',
  'scheduled',
  'paused',
  'halted',
  'aborted',
  'outside_window',
  'canary_first',
  'not_yet',
  'in_flight_limit',
  'busy',
  'next_check_in',
] satisfies NoneReason[];

/** What a host without a grant would be answered now; `next_check_in` if it would get an offer. */
export function nextAnswer(
  host: HostFacts & { id: string; group: string | null },
  channel: Channel | undefined,
  rollout: Rollout | undefined,
  now: Date,
): NoneReason {
  const goal = goalOf(host, channel);
  return 'none' in goal ? goal.none : answerOf(host, rollout, now);
}

/**
 * The answer now to a host that was kept back by its rollout, or was where its channel led, which may have changed since;
 * undefined for other answers.
 */
export function answerByNow(
  host: { id: string; group: string | null; version: string | null; decision: string | null },
  rollout: Rollout | undefined,
  now: Date,
): NoneReason | undefined {
  const { decision, version } = host;
  const wasThere = decision === 'up_to_date' && rollout !== undefined && rollout.version !== version;
  return wasThere || (decision !== null && ofRollout.includes(decision))
    ? answerOf(host, rollout, now)
    : undefined;
}

function answerOf(
  { id, group }: { id: string; group: string | null },
  rollout: Rollout | undefined,
  now: Date,
): NoneReason {
  return refusal(rollout, { id, group: group ?? '', granted: false }, now) ?? 'next_check_in';
}
