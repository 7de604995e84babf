import type { CheckIn, CheckInAnswer } from '../../protocol/check-in.ts';
import { awaySecondsNow } from '../overload.ts';
import type { Ports } from '../ports.ts';
import type { HostRecord } from '../store/store.ts';
import { followBoots } from './boots.ts';
import { offer } from './offer.ts';

/** How often an agent asks; it adds its own random delay. */
const pollSeconds = 300;

/** Answers one host: the decision, its grant when there is one, and a note of both. */
export async function checkIn(ports: Ports, host: HostRecord, said: CheckIn): Promise<CheckInAnswer> {
  const at = ports.now();
  const { boots, cloned } = followBoots(host.boots, said.bootId);
  if (cloned && !host.cloned) await flagClone(ports, host, said.bootId, at);

  const isBusy = (ports.overload?.load() ?? 'calm') !== 'calm';
  const decision = await offer(ports.store, { ...host, cloned: host.cloned || cloned }, said, at, isBusy);
  const [reason, offered] =
    'none' in decision ? [decision.none, null] : (['offered', decision.offer.version] as const);
  const text = saidOf(said);
  ports.store.seen({
    host: host.id,
    at: at.toISOString(),
    checkIn: said,
    boots,
    row: host.row,
    said: text,
    isAsBefore: host.said === text,
    decision: reason,
    offered,
  });
  return { decision, pollSeconds: reason === 'busy' ? awaySecondsNow() : pollSeconds };
}

/** Everything of a check-in that the store keeps and that seldom changes. */
function saidOf({ name, version, arch, channel, group, bootId, rootHash, failed }: CheckIn): string {
  return [name, version, arch, channel, group, bootId, rootHash, ...failed].join(' ');
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
