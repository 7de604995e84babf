import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Phase } from './memory.ts';

/** Every move from one phase to another; `step` refuses all others, and docs/reference/state.md is generated from it. */
export const moves = {
  idle: ['offered', 'written', 'trying', 'wanted'],
  offered: ['written', 'idle', 'trying'],
  written: ['acquiring', 'offered', 'idle'],
  acquiring: ['locked', 'written', 'cancelling', 'trying'],
  locked: ['flipped', 'acquiring', 'cancelling', 'trying'],
  flipped: ['rebooting', 'cancelling', 'trying', 'fellBack'],
  rebooting: ['trying', 'fellBack'],
  trying: ['confirmed', 'condemned', 'fellBack'],
  confirmed: ['finished', 'fellBack'],
  condemned: ['trying', 'fellBack'],
  fellBack: ['healed', 'trying'],
  healed: ['idle', 'fellBack', 'trying'],
  cancelling: ['idle', 'trying'],
  finished: ['idle'],
  wanted: ['asking', 'idle'],
  asking: ['holding', 'working', 'wanted', 'returning'],
  holding: ['restarting', 'returning'],
  working: ['returning', 'restarting'],
  restarting: ['returning'],
  returning: ['idle'],
} as const satisfies Record<Phase['at'], readonly Phase['at'][]>;

/** Throws when a step would leave the table: a defect, caught before it is written down. */
export function checkMove(from: Phase['at'], to: Phase['at']): void {
  const allowed: readonly Phase['at'][] = moves[from];
  if (from !== to && !allowed.includes(to)) {
    throw new InterlockError('internal', { problem: `no move from ${from} to ${to}` });
  }
}
