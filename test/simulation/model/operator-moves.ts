import { type Happening, hear, type Moves } from './agent-moves.ts';
import type { Host } from './host.ts';
import { clusterId, otherSlot, targetOf } from './releases.ts';
import type { Setting } from './setting.ts';

/** What an operator may order on this host; the command runs while the agent does not. */
export function operatorMoves(host: Host, setting: Setting, { went }: Moves): void {
  if (host.power === 'off' || host.agent !== 'off') return;
  const order = (happening: Happening) => ({
    ...hear(host, happening, setting),
    agent: 'off' as const,
  });
  const { at } = host.memory.phase;
  const obeyed = (happening: Happening): Host | undefined => {
    try {
      return order(happening);
    } catch (error) {
      if ((error as { code?: string }).code === 'usage') return undefined;
      throw error;
    }
  };
  const cancelled = obeyed({ kind: 'cancel' });
  if (cancelled) went('operator cancels', cancelled);
  const version = host.slots[otherSlot(host.slot)];
  if (host.way && host.slot === host.blessed && version !== null && version !== undefined) {
    const { version: name, rootHash } = targetOf(version);
    const goal = { version: name, rootHash, grant: null };
    const ordered = obeyed({ kind: 'order', goal, target: null, leaves: true });
    if (ordered) went('operator orders the other slot', ordered);
  }
  if (host.memory.seen[clusterId]) went('operator acknowledges', order({ kind: 'acknowledge', place: null }));
  if (at === 'trying') went('operator confirms', { ...order({ kind: 'confirm' }), out: false });
  for (const { version: failed } of Object.values(host.memory.failed)) {
    went('operator retries', order({ kind: 'retry', version: failed }));
  }
}
