import type { FleetLockValue } from '../protocol/lock/fleet-lock.ts';
import type { Answer } from '../system/command/command.ts';
import type { Etcd } from '../system/etcd/etcd.ts';
import { formatList } from '../system/list/format-list.ts';
import type { List } from '../system/list/list.ts';
import { forceFleetOut, readFleetLock, setFleetSlots } from '../system/lock/swap-fleet-lock.ts';

const holderList: List<FleetLockValue['holders'][number]> = {
  none: '',
  columns: [
    { name: 'host', value: ({ id }) => id },
    { name: 'since', kind: 'time', value: ({ since }) => since },
  ],
};

/** `interlock lock status --fleetlock`. */
export async function showFleetLock(etcd: Etcd, group: string): Promise<Answer> {
  return answerOf(await readFleetLock(etcd, group));
}

/** `interlock lock slots --fleetlock`: lets the group exist, too. */
export async function setFleetPlaces(etcd: Etcd, group: string, slots: number): Promise<Answer> {
  return answerOf(await setFleetSlots(etcd, group, slots));
}

/** `interlock lock release --fleetlock`. */
export async function forceFleetOutOf(
  etcd: Etcd,
  group: string,
  text: string,
  find: (ids: readonly string[]) => string | undefined,
): Promise<Answer> {
  return answerOf(await forceFleetOut(etcd, group, text, find));
}

function answerOf(value: FleetLockValue): Answer {
  const { slots, holders } = value;
  const list = holders.length > 0 ? ['', formatList(holderList, holders)] : [];
  return {
    text: [`${holders.length} of ${slots} places held by foreign hosts`, ...list].join('\n'),
    data: value,
  };
}
