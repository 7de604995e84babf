import type { SlotName } from '../../../agent/ports/host.ts';
import type { Place } from '../../../agent/ports/lock.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import type { Release } from '../../../protocol/documents/release.ts';

/** All the time the model knows: a wait is over `now`, and a grant has ended when it is `late`. */
export const times = {
  start: '2026-01-01T00:00:00.000Z',
  now: '2026-01-01T00:10:00.000Z',
  expires: '2026-01-01T01:00:00.000Z',
  late: '2026-01-01T02:00:00.000Z',
} as const;

/** Where every host finds its group; its own name is `self` in its memory. */
export const place: Place = { kind: 'etcd', endpoints: ['etcd'], group: 'g', host: 'self' };
export const clusterId = 'c1';

export function rootHashOf(version: number): string {
  return String(version).repeat(64);
}

export function versionName(version: number): string {
  return `${version}.0.0`;
}

/** The lock and the state machine never look into a release, so it is empty here. */
export function targetOf(version: number): Target {
  return {
    version: versionName(version),
    rootHash: rootHashOf(version),
    releaseSha256: rootHashOf(version),
    release: {} as Release,
    grant: 'grant',
  };
}

export function otherSlot(slot: SlotName): SlotName {
  return slot === 'a' ? 'b' : 'a';
}
