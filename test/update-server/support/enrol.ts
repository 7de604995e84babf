import type { CheckIn } from '../../../protocol/api/check-in.ts';
import type { Sighting, Store } from '../../../update-server/store/interface/store.ts';
import { idleCheckIn } from './idle-check-in.ts';

const audit = { who: 'test', action: 'enroll', subject: '', detail: '' };

/** Lets hosts enrol without a join token, to be approved. */
export function letAsk(store: Store, at = '2026-01-01T00:00:00Z'): Promise<void> {
  return store.setEnrolment('open', { at, ...audit });
}

/** Makes a host known that has not checked in. */
export async function enrolHost(
  store: Store,
  id: string,
  at: string,
  parts: { hostname?: string; approved?: boolean } = {},
) {
  if (parts.approved === false) await letAsk(store, at);
  await store.enrol(
    {
      id,
      credentialHash: id,
      machineId: '0'.repeat(32),
      hostname: id,
      name: 'core',
      arch: 'x86-64',
      enrolled: at,
      approved: true,
      ...parts,
    },
    { at, ...audit },
  );
}

/** Lets a host check in: what it said and was answered. */
export async function seeHost(
  store: Store,
  id: string,
  at: string,
  decision: Sighting['decision'],
  said: Partial<CheckIn> = {},
): Promise<void> {
  const record = await store.hostByCredential(id);
  store.seen({
    host: record!,
    at,
    checkIn: idleCheckIn(said),
    boots: null,
    said: JSON.stringify(said),
    decision,
    offered: decision === 'offered' ? '2.0' : null,
  });
}
