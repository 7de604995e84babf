import { randomUUID } from 'node:crypto';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Rollout } from './rollout.ts';

/** A policy with the name operators know it by. */
export interface NamedPolicy {
  name: string;
  text: PolicyText;
}

/** A rollout as it begins. */
export interface NewRollout
  extends Pick<Rollout, 'id' | 'name' | 'channel' | 'arch' | 'version' | 'release' | 'created' | 'starts'> {
  policy: NamedPolicy;
}

/** What a rollout is when it begins: with a canary its ramp waits, and one that starts now has begun. */
export function beginRollout({
  policy,
  starts,
  created,
}: Pick<NewRollout, 'policy' | 'starts' | 'created'>): Pick<
  Rollout,
  'state' | 'reason' | 'rampSince' | 'begun' | 'resumed'
> {
  return {
    state: 'running',
    reason: '',
    rampSince: policy.text.canary === undefined ? starts : null,
    begun: starts <= created ? starts : null,
    resumed: starts,
  };
}

/** One rollout for each architecture that a channel's head has a release for. */
export function rolloutsOf(
  channel: Channel,
  policy: NamedPolicy,
  created: string,
  starts = created,
): NewRollout[] {
  return Object.entries(channel.head.releases).map(([arch, release]) => ({
    id: randomUUID(),
    name: channel.name,
    channel: channel.channel,
    arch: arch as Arch,
    version: channel.head.version,
    release,
    policy,
    created,
    starts,
  }));
}
