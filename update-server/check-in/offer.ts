import type { CheckIn, NoneReason, Offer } from '../../protocol/check-in.ts';
import { makeId } from '../secret.ts';
import type { HostRecord, Store } from '../store/store.ts';
import { decide } from './decide.ts';

/** Decides for one host, this release or none with the reason, and grants what was decided in one transaction. */
export async function offer(
  store: Store,
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
  const { id, ...granted } = grant;
  return { offer: { grant: id, ...granted } };
}
