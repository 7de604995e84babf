import type { Event } from '../../../agent/machine/event.ts';
import { type Happening, hear, type Moves } from './agent-moves.ts';
import type { Host } from './host.ts';
import { clusterId, otherSlot, targetOf, times } from './releases.ts';
import type { Setting } from './setting.ts';

/** What an operator may order on this host; the command runs while the agent does not. */
export function operatorMoves(host: Host, setting: Setting, { went }: Moves): void {
  if (host.power === 'off' || host.agent !== 'off') return;
  const obeys = (happening: Happening) => (): Host => ({ ...hear(host, happening, setting), agent: 'off' });
  const { at } = host.memory.phase;
  if (isObeyed(host, { kind: 'cancel' }, setting)) went('operator cancels', obeys({ kind: 'cancel' }));
  const order = orderBack(host);
  if (order && isObeyed(host, order, setting)) went('operator orders the other slot', obeys(order));
  if (host.memory.seen[clusterId]) {
    went('operator acknowledges', obeys({ kind: 'acknowledge', place: null }));
  }
  if (at === 'trying') {
    went('operator confirms', () => ({ ...obeys({ kind: 'confirm' })(), out: false }));
  }
  for (const { version } of Object.values(host.memory.failed)) {
    went('operator retries', obeys({ kind: 'retry', version }));
  }
}

/** The order to go back to the other slot, where that was marked good once. */
function orderBack(host: Host): Happening | undefined {
  const version = host.slots[otherSlot(host.slot)];
  if (!host.way || host.slot !== host.blessed || typeof version !== 'number') return undefined;
  const { version: name, rootHash } = targetOf(version);
  return { kind: 'order', goal: { version: name, rootHash, grant: null }, target: null, leaves: true };
}

/** False when the machine says that the order does not fit. Throws what is a defect. */
function isObeyed(host: Host, happening: Happening, { rules }: Setting): boolean {
  try {
    rules.step(host.memory, { ...happening, at: times.now } as Event);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'usage') return false;
    throw error;
  }
}
