import type { NoneReason } from '../../../protocol/api/check-in.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { noneReasons } from '../../../protocol/rules/none-reasons.ts';
import { refusal } from '../rollout/admit.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { goalOf, type HostFacts } from './decide.ts';

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
  return wasThere || isOfRollout(decision) ? answerOf(host, rollout, now) : undefined;
}

function isOfRollout(decision: string | null): boolean {
  return decision !== null && isNoneReason(decision) && noneReasons[decision].of === 'rollout';
}

function isNoneReason(decision: string): decision is NoneReason {
  return decision in noneReasons;
}

function answerOf(
  { id, group }: { id: string; group: string | null },
  rollout: Rollout | undefined,
  now: Date,
): NoneReason {
  return refusal(rollout, { id, group: group ?? '', granted: false }, now) ?? 'next_check_in';
}
