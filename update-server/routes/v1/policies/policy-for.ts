import type { PolicyChoice } from '../../../../protocol/api/rollout.ts';
import type { PolicyText } from '../../../../protocol/documents/policy.ts';
import { whatThereIs } from '../../../../protocol/text/suggest.ts';
import { choosePolicy, usualPolicy } from '../../../domain/rollout/policies.ts';
import { activeMs } from '../../../domain/rollout/rollout.ts';
import type { NamedPolicy } from '../../../domain/rollout/start.ts';
import { warningsOf } from '../../../domain/rollout/warn.ts';
import type { Store } from '../../../store/interface/store.ts';

/** The policy that an operator chose, or else the one that the channel follows. */
export async function policyFor(
  store: Store,
  { name, channel, policy }: { name: string; channel: string; policy?: PolicyChoice | undefined },
): Promise<NamedPolicy> {
  return policy === undefined
    ? ((await store.policy(name, channel)) ?? choosePolicy(usualPolicy))
    : choosePolicy(policy);
}

/** Warnings about a policy, for the hosts that report to follow the channel, whether anything was published to it or not. */
export async function warningsFor(
  store: Store,
  { name, channel }: { name: string; channel: string },
  text: PolicyText,
  now: Date,
): Promise<string[]> {
  const since = new Date(now.getTime() - activeMs).toISOString();
  const fleets = await Promise.all(
    (['x86-64', 'arm64'] as const).map((arch) => store.fleet(name, channel, arch, since)),
  );
  const groups = fleets.flat().map(({ group }) => group);
  return [...(await unpublished(store, name, channel)), ...warningsOf(text, groups)];
}

/** That nothing is published to a channel: allowed, a policy may come first, and often a slip. */
async function unpublished(store: Store, name: string, channel: string): Promise<string[]> {
  if (await store.channel(name, channel)) return [];
  const all = await store.channels();
  const own = all.filter((other) => other.name === name).map((other) => other.channel);
  const known =
    own.length > 0
      ? whatThereIs(channel, own)
      : whatThereIs(
          name,
          all.map((other) => other.name),
        );
  return [`nothing is published to channel ${channel} of ${name}${known}`];
}
