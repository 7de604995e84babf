import type { Effect } from '../../../agent/state-machine/event.ts';
import type { Host } from './host.ts';
import { otherSlot, versionName } from './releases.ts';

/** True for effects that leave something behind on the host. */
export function isWorldly({ kind: verb }: Effect): boolean {
  return verb !== 'hooks' && verb !== 'health' && verb !== 'look';
}

/**
 * What an effect does to disk, boot pointer and power, as `agent/loader` and `agent/write` do it.
 * Nothing when the loader refuses it: `loader_unsafe`.
 */
export function changeWorld(host: Host, effect: Effect): Host | undefined {
  const other = otherSlot(host.slot);
  switch (effect.kind) {
    case 'write': {
      const version = Number(effect.target.version.split('.')[0]);
      // entries of the slot go before its first byte changes
      return {
        ...host,
        slots: { ...host.slots, [other]: version },
        blessed: host.slot,
        trial: null,
        spent: null,
        way: false,
      };
    }
    case 'flip':
      if (host.slot !== host.blessed || !holds(host, effect.target.version)) return undefined;
      return flipped(host);
    case 'flipBack':
      if (host.slot !== host.blessed || !host.way || host.slots[other] === null) return undefined;
      return flipped(host);
    case 'unflip':
      return unflipped(host, effect.generation);
    case 'markGood':
      if (host.slot === host.blessed || !isCounted(host, effect.generation)) return host;
      return { ...host, blessed: host.slot, trial: null, spent: null, way: true };
    case 'markBad':
      return host.trial === effect.generation ? { ...host, trial: null, spent: host.trial } : host;
    case 'reboot':
      return { ...host, asked: true, out: true };
    case 'health':
      return { ...host, out: host.asked || host.task === 'running' || host.task === 'cut off' };
    default:
      return host;
  }
}

function unflipped(host: Host, generation: number | 'any'): Host {
  return {
    ...host,
    trial: generation === 'any' || host.trial === generation ? null : host.trial,
    spent: host.spent === generation ? null : host.spent,
  };
}

function isCounted(host: Host, generation: number): boolean {
  return host.trial === generation || host.spent === generation;
}

/** A new generation, unless the pointer names the other slot already. */
function flipped(host: Host): Host {
  const version = host.slots[otherSlot(host.slot)];
  const defied = host.defied || (typeof version === 'number' && host.cancelled.includes(version));
  if (host.trial !== null) return { ...host, defied };
  return { ...host, defied, trial: host.generations + 1, generations: host.generations + 1 };
}

function holds(host: Host, version: string): boolean {
  const held = host.slots[otherSlot(host.slot)];
  return typeof held === 'number' && versionName(held) === version;
}
