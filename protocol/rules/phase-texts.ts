/** How a phase of the agent's state machine is put to people. */
export interface PhaseText {
  /** A clause about the host and the version it updates to. */
  text: string;
  /** What the inactive slot is meanwhile, where the phase says something about it. */
  inactiveSlot?: string;
}

const texts = {
  idle: { text: 'no update under way' },
  offered: { text: 'writing it to the other slot', inactiveSlot: 'being written' },
  written: {
    text: 'written and verified; not booted yet',
    inactiveSlot: 'written and verified; waits for the lock',
  },
  acquiring: {
    text: 'asking for a place in the lock',
    inactiveSlot: 'written and verified; acquiring the lock',
  },
  locked: {
    text: 'holding a place in the lock; hooks drain the host',
    inactiveSlot: 'written and verified; the host drains before the flip',
  },
  flipped: { text: 'the boot pointer names it', inactiveSlot: 'boots next' },
  rebooting: { text: 'rebooting into it', inactiveSlot: 'booting now' },
  trying: { text: 'on trial: its health checks must pass' },
  confirmed: { text: 'healthy and marked good; giving its place back' },
  condemned: { text: 'unhealthy: going back to the other slot' },
  fellBack: { text: 'the old slot runs again; checking its health' },
  healed: { text: 'the old slot is healthy; giving its place back' },
  cancelling: {
    text: 'cancelling the update',
    inactiveSlot: 'written; the update is being cancelled',
  },
  finished: { text: 'updated' },
  wanted: { text: 'waiting for a place in the lock' },
  asking: { text: 'asking for a place in the lock' },
  holding: { text: 'holding a place in the lock; hooks drain the host' },
  working: { text: 'running while it holds a place in the lock' },
  restarting: { text: 'rebooting' },
  returning: { text: 'over; health checks must pass before its place is given back' },
} as const satisfies Readonly<Record<string, PhaseText>>;

/** The phases of the agent, as `interlock-agent status`, the dashboard and the demo describe them. */
export const phaseTexts: Readonly<Record<keyof typeof texts, PhaseText>> = texts;

/** The text of a phase that a host reported; undefined for one that this version does not know. */
export function phaseTextOf(phase: string): PhaseText | undefined {
  return Object.hasOwn(phaseTexts, phase) ? phaseTexts[phase as keyof typeof texts] : undefined;
}
