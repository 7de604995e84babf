import type { CheckIn, CheckInAnswer } from '../../../../protocol/api/check-in.ts';
import { followBoots } from '../../../domain/hosts/boots.ts';
import { reportedText } from '../../../domain/hosts/reported.ts';
import { pollSeconds } from '../../../domain/hosts/silence.ts';
import { awaySecondsNow, type Load } from '../../../load/watch-load.ts';
import type { HostRecord } from '../../../store/interface/hosts.ts';
import type { Store } from '../../../store/interface/store.ts';
import { offer } from './offer.ts';

/** What a check-in needs to decide and to record its decision. */
export interface CheckInNeeds {
  store: Store;
  load(): Load;
  now(): Date;
}

/** Decides about one host, with a grant if it gets one, and records both. */
export async function checkIn(
  needs: CheckInNeeds,
  host: HostRecord,
  reported: CheckIn,
): Promise<CheckInAnswer> {
  const { store } = needs;
  const at = needs.now();
  const isSameBoot = host.boot === reported.bootId;
  const followed = isSameBoot ? null : followBoots(await store.boots(host.id), reported.bootId);
  const cloned = host.cloned || followed?.cloned === true;
  if (cloned && !host.cloned) await flagClone(store, host, reported.bootId, at);

  // before the decision: the place that its grant held may be the one that is missing
  await store.settleReturn(host.id, reported, at.toISOString());
  const isBusy = needs.load() !== 'normal';
  const decision = await offer(store, host, cloned, reported, at, isBusy);
  const [reason, offered] =
    'none' in decision ? [decision.none, null] : (['offered', decision.offer.version] as const);
  await store.recordCheckIn({
    host,
    at: at.toISOString(),
    checkIn: reported,
    boots: followed?.boots ?? null,
    reported: reportedText(reported),
    decision: reason,
    offered,
  });
  return { decision, pollSeconds: reason === 'busy' ? awaySecondsNow() : pollSeconds };
}

function flagClone(store: Store, host: HostRecord, bootId: string, at: Date): Promise<void> {
  return store.markCloned(host.id, {
    at: at.toISOString(),
    who: 'server',
    action: 'cloned',
    subject: { kind: 'host', id: host.id },
    detail: `boot id ${bootId} came back after another one: two machines use one credential`,
  });
}
