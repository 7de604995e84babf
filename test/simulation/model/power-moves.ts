import { freshMemory } from '../../../agent/state-machine/memory.ts';
import type { Moves } from './agent-moves.ts';
import { booted, bootedOther, canonical, fallenBack, type Host } from './host.ts';
import { times } from './releases.ts';

/** What power and firmware do to one host; a cut also depends on the lock and is modelled elsewhere. */
export function powerMoves(host: Host, { did, went }: Moves): void {
  if (host.power === 'off') {
    did('boots', booted(host));
    if (host.trial !== null) went('new slot does not come up', () => fallenBack(host));
    else if (host.way || host.spent !== null) went('good entry is lost', () => bootedOther(host));
    return;
  }
  if (host.asked) did('goes down', { ...host, power: 'off', asked: false, agent: 'off', task: 'none' });
  // a memory lost between the reboot's call and the end of power breaks the promise by definition
  if (host.agent === 'off' && !host.asked && host.memory.boots.length > 0) {
    went('memory is lost', () => ({ ...host, memory: canonical(freshMemory(times.start)), cancelled: [] }));
  }
}
