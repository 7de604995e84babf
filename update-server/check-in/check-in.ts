import type { CheckIn, CheckInAnswer, NoneReason, Offer } from '../../protocol/check-in.ts';
import type { Ports } from '../ports.ts';
import { makeId } from '../secret.ts';
import type { HostRecord } from '../store/store.ts';
import { followBoots } from './boots.ts';
import { decide } from './decide.ts';

/** How often an agent asks; it adds its own random delay. */
const pollSeconds = 300;

/** Answers one host: the decision, its grant when there is one, and a note of both. */
export async function checkIn(ports: Ports, host: HostRecord, said: CheckIn): Promise<CheckInAnswer> {
  const at = ports.now();
  const { boots, cloned } = followBoots(host.boots, said.bootId);
  if (cloned && !host.cloned) await flagClone(ports, host, said.bootId, at);

  const decision = await decideAndGrant(ports, { ...host, cloned: host.cloned || cloned }, said, at);
  const [reason, offered] =
    'none' in decision ? [decision.none, null] : (['offered', decision.offer.version] as const);
  ports.store.seen({
    host: host.id,
    at: at.toISOString(),
    checkIn: said,
    boots,
    decision: reason,
    offered,
  });
  return { decision, pollSeconds };
}

async function decideAndGrant(
  { store }: Ports,
  host: HostRecord,
  said: CheckIn,
  at: Date,
): Promise<{ offer: Offer } | { none: NoneReason }> {
  const channel = await store.channel(said.name, said.channel);
  const facts = { ...host, running: said.version, arch: said.arch, failed: said.failed };
  const decision = decide(facts, channel, at);
  if ('none' in decision) return decision;
  const grant = await store.grant(host.id, { id: makeId(), ...decision.offer }, at.toISOString());
  if (!grant) return { none: 'held' };
  const { id, ...offer } = grant;
  return { offer: { grant: id, ...offer } };
}

function flagClone({ store }: Ports, host: HostRecord, bootId: string, at: Date): Promise<void> {
  return store.markCloned(host.id, {
    at: at.toISOString(),
    who: 'server',
    action: 'cloned',
    subject: `host ${host.id}`,
    detail: `boot id ${bootId} came back after another one: two machines use one credential`,
  });
}
