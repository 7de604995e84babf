import type { Event } from '../../../agent/state-machine/event.ts';
import { type Happening, handle, type Moves } from './agent-moves.ts';
import type { Host } from './host.ts';
import { clusterId, otherSlot, targetOf, times, versionName } from './releases.ts';
import type { Setting } from './setting.ts';

/** What an operator may order on this host; the command runs while the agent does not. */
export function operatorMoves(host: Host, setting: Setting, { went }: Moves): void {
  if (host.power === 'off' || host.agent !== 'off') return;
  const obeys = (happening: Happening) => (): Host => ({ ...handle(host, happening, setting), agent: 'off' });
  const { at } = host.memory.phase;
  if (isObeyed(host, { kind: 'cancel' }, setting)) {
    went('operator cancels', () =>
      withCancelled(obeys({ kind: 'cancel' })(), [...host.cancelled, goalOf(host)]),
    );
  }
  const order = orderBack(host);
  if (order && isObeyed(host, order, setting)) {
    const meant = host.slots[otherSlot(host.slot)];
    went('operator orders the other slot', () =>
      withCancelled(
        obeys(order)(),
        host.cancelled.filter((version) => version !== meant),
      ),
    );
  }
  if (host.memory.seen[clusterId]) {
    went('operator acknowledges', obeys({ kind: 'acknowledge', place: null }));
  }
  if (at === 'trying') {
    went('operator confirms', () => ({ ...obeys({ kind: 'confirm' })(), out: false }));
  }
  const retried = Object.values(host.memory.failed).map(({ version }) => version);
  for (const version of new Set([...retried, ...host.cancelled.map(versionName)])) {
    went('operator retries', () =>
      withCancelled(
        obeys({ kind: 'retry', version })(),
        host.cancelled.filter((own) => versionName(own) !== version),
      ),
    );
  }
}

function withCancelled(host: Host, versions: readonly number[]): Host {
  return { ...host, cancelled: [...new Set(versions)].toSorted() };
}

/** The version that the update under way leads to. */
function goalOf({ memory: { phase } }: Host): number {
  const goal = 'plan' in phase ? phase.plan.goal : 'goal' in phase ? phase.goal : undefined;
  return Number(goal?.version.split('.')[0]);
}

/** The order to go back to the other slot, where that was marked good once. */
function orderBack(host: Host): Happening | undefined {
  const version = host.slots[otherSlot(host.slot)];
  if (!host.way || host.slot !== host.blessed || typeof version !== 'number') return undefined;
  const { version: name, rootHash } = targetOf(version);
  return { kind: 'order', goal: { version: name, rootHash, grant: null }, target: null, isRollback: true };
}

/** False when the state machine says that the order does not fit. Throws what is a defect. */
function isObeyed(host: Host, happening: Happening, { rules }: Setting): boolean {
  try {
    rules.step(host.memory, { ...happening, time: times.now } as Event);
    return true;
  } catch (error) {
    if (['usage', 'cancel_late'].includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}
