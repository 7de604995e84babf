import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { choosePolicy, usualPolicy } from './policies.ts';
import type { Rollout } from './rollout.ts';
import { type NamedPolicy, type NewRollout, rolloutsOf } from './start.ts';

/** Architectures that a channel's head may have a release for. */
export const archs: readonly Arch[] = ['x86-64', 'arm64'];

/** The policy of a new head's rollout: the one given with it, or the channel's, or the usual one. */
export function followedPolicy(
  given: NamedPolicy | undefined,
  ofChannel: () => NamedPolicy | undefined,
): NamedPolicy {
  return given ?? ofChannel() ?? choosePolicy(usualPolicy);
}

/** What a published channel starts: a rollout of a changed head; an unchanged head keeps its rollout. */
export function followHead(
  channel: Channel,
  current: readonly Rollout[],
  policy: NamedPolicy,
  now: string,
  starts = now,
): { superseded: Arch[]; started: NewRollout[] } {
  const releaseOf = (arch: Arch) => channel.head.releases[arch];
  const changed = archs.filter((arch) => {
    const present = current.find((rollout) => rollout.arch === arch);
    return !present || present.release !== releaseOf(arch);
  });
  return {
    superseded: changed,
    started: rolloutsOf(channel, policy, now, starts).filter(({ arch }) => changed.includes(arch)),
  };
}
