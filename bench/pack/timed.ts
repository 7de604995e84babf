import { execFileSync } from 'node:child_process';

/** Seconds that a program took from start to end, and on processors; `said` is what it printed last. */
export interface Spent {
  wall: number;
  cpu: number;
  said: string;
}

/** Runs a program and lets bash measure it, children included: the same clock for ours and for peers. */
export function timed(...command: string[]): Spent {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&3; } 3>&2 2>&1';
  const out = execFileSync('bash', ['-ec', script, 'bash', ...command], { encoding: 'utf8' });
  const lines = out.trim().split('\n');
  const [wall = 0, user = 0, system = 0] = lines.at(-1)!.split(' ').map(Number);
  return { wall, cpu: user + system, said: lines.at(-2) ?? '' };
}

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
