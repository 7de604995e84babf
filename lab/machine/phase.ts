import { stripVTControlCharacters } from 'node:util';

/** How far a machine has come; each follows the one before. */
export const phases = ['off', 'firmware', 'kernel', 'user-data', 'up', 'checked in'] as const;
export type Phase = (typeof phases)[number];

const signs: readonly [RegExp, Phase][] = [
  [/^BdsDxe: starting/m, 'firmware'],
  [/^\[ *\d+\.\d{6}\] |^interlock: slot [ab]/m, 'kernel'],
  [/^interlock: user-data/m, 'user-data'],
];

/** What the console of a machine that runs says about its last boot; what comes after user-data it does not say. */
export function phaseOf(log: string): Phase {
  const text = clean(log);
  const boot = text.slice(Math.max(0, text.lastIndexOf('BdsDxe: starting')));
  return signs.findLast(([sign]) => sign.test(boot))?.[1] ?? 'firmware';
}

/** How many boots a console shows since power-on. */
export function bootsIn(log: string): number {
  return clean(log).match(/^BdsDxe: starting/gm)?.length ?? 0;
}

/** The last lines of a console, for an error. */
export function lastLines(log: string, count = 12): string {
  return clean(log)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => `\n  ${line.trimEnd()}`)
    .join('');
}

function clean(log: string): string {
  return stripVTControlCharacters(log).replaceAll('\r', '').replaceAll('\x1b[!p', '');
}
