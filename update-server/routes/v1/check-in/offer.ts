import { randomUUID } from 'node:crypto';
import type { CheckIn, NoneReason, Offer } from '../../../../protocol/api/check-in.ts';
import { decide, goalOf } from '../../../domain/hosts/decide.ts';
import { inFlightLimit } from '../../../domain/rollout/rollout.ts';
import type { HostRecord } from '../../../store/interface/hosts.ts';
import type { Store } from '../../../store/interface/store.ts';

/**
 * Decides for one host, this release or none with the reason, and grants what was decided in one transaction.
 * A busy server starts no further host; hosts with a grant continue.
 */
export async function offer(
  store: Store,
  host: HostRecord,
  cloned: boolean,
  reported: CheckIn,
  at: Date,
  isBusy = false,
): Promise<{ offer: Offer } | { none: NoneReason }> {
  const channel = await store.channel(reported.name, reported.channel);
  const { held, pinned } = host;
  const { version: running, arch, failed, cancelled = [] } = reported;
  const goal = goalOf({ running, arch, failed, cancelled, held, pinned, cloned }, channel);
  if ('none' in goal) return goal;

  const group = host.placed ?? reported.group;
  const rollout = await store.currentRollout(reported.name, reported.channel, reported.arch);
  const granted = rollout ? await store.hasOpenGrant(host.id, rollout.id) : false;
  if (isBusy && !granted) return { none: 'busy' };
  const decision = decide(goal.to, rollout, { id: host.id, group, granted }, at);
  if ('none' in decision || !rollout) return 'none' in decision ? decision : { none: 'no_rollout' };

  const canary = rollout.policy.canary?.group === group;
  const requested = {
    ...decision.offer,
    id: randomUUID(),
    rollout: rollout.id,
    canary,
    limit: inFlightLimit(rollout),
    from: reported.rootHash,
  };
  const taken = await store.takeGrant(host.id, requested, at.toISOString());
  if ('none' in taken) return taken;
  const { id, version, release, expires } = taken.grant;
  return { offer: { grant: id, version, release, expires } };
}
