import { goalOf } from '../agent/cli/describe.ts';
import type { Progress } from '../agent/run/run.ts';
import type { Memory, Phase } from '../agent/state-machine/memory.ts';
import { phaseTexts } from '../protocol/rules/phase-texts.ts';
import { bar } from '../system/terminal/progress.ts';

/** The state of a host as the demo sees it. */
export interface HostView {
  name: string;
  /** Version it runs; null while it boots. */
  running: string | null;
  bootId: string | null;
  memory: Memory | null;
  progress: Progress | null;
  /** Seconds since the boot began, and how long boots usually take. */
  booting: { seconds: number; usual: number } | null;
}

const barWidth = 24;

/** One line about a host: versions, state, progress, or what it waits for. */
export function describeHost({ running, memory, progress, booting }: HostView): string {
  if (booting) return `${' '.repeat(7)} ${share(booting.seconds / booting.usual, 0.97)}  booting`;
  if (!memory || !running) return 'booting';
  const goal = goalOf(memory.phase);
  const versions = (goal && goal !== running ? `${running} → ${goal}` : running).padEnd(7);
  const { step = '', done = 0, total = 0 } = progress ?? {};
  if (step === 'write' || step === 'download' || step === 'verify') {
    return `${versions} ${share(total > 0 ? done / total : 0, 1)}  ${step}`;
  }
  return `${versions} ${phaseTexts[memory.phase.at].text}${because(memory)}`;
}

function share(of: number, most: number): string {
  const shown = Math.min(of, most);
  return `${bar(shown, barWidth)} ${String(Math.floor(shown * 100)).padStart(3)} %`;
}

const free: readonly Phase['at'][] = ['idle', 'offered', 'written', 'finished'];

/** True when the host is up, healthy and holds no place. */
function isSettled(view: HostView): boolean {
  return isUpIn(view, free);
}

/** True when the running boot is proven, as docs/explanation/safety.md defines; its place may still be held. */
export function isBack(view: HostView): boolean {
  return isUpIn(view, [...free, 'confirmed', 'healed']);
}

function isUpIn({ memory, running, bootId }: HostView, phases: readonly Phase['at'][]): boolean {
  return running !== null && memory?.boots.at(-1) === bootId && phases.includes(memory.phase.at);
}

/** True when the host runs a version, confirmed, and is idle. */
export function hasSettledOn(version: string): (view: HostView) => boolean {
  return (view) => isSettled(view) && view.running === version && view.memory?.phase.at === 'idle';
}

function because({ phase, wait, failed }: Memory): string {
  if (wait?.reason === 'failed_here') return `; ${Object.values(failed).at(-1)?.version} failed here`;
  if (phase.at === 'idle' || !wait) return '';
  return `, waiting: ${wait.reason}`;
}
