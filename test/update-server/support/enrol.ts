import type { CheckIn } from '../../../protocol/api/check-in.ts';
import type { CheckInRecord } from '../../../update-server/store/interface/hosts.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { idleCheckIn } from './idle-check-in.ts';

const audit = { who: 'test', action: 'enroll', subject: { kind: 'image', id: '' } as const, detail: '' };

/** Lets hosts enrol without a join token, to be approved. */
export function letAsk(store: Store, at = '2026-01-01T00:00:00Z'): Promise<void> {
  return store.setEnrollment('open', { at, ...audit });
}

/** Makes a host known that has not checked in. */
export async function enrolHost(
  store: Store,
  id: string,
  at: string,
  parts: { hostname?: string; approved?: boolean } = {},
) {
  if (parts.approved === false) await letAsk(store, at);
  await store.enroll(
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
  decision: CheckInRecord['decision'],
  said: Partial<CheckIn> = {},
): Promise<void> {
  const record = await store.hostByCredential(id);
  await store.recordCheckIn({
    host: record!,
    at,
    checkIn: idleCheckIn(said),
    boots: null,
    reported: JSON.stringify(said),
    decision,
    offered: decision === 'offered' ? '2.0' : null,
  });
}
