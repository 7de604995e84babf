import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Refuses hosts that this machine has no memory for; `meminfo` is that file of /proc. Throws `lab_too_big`. */
export function requireMemory(meminfo: string, hosts: readonly { memory: number }[]): void {
  const needed = hosts.reduce((sum, { memory }) => sum + memory, 0);
  const free = ['MemAvailable', 'SwapFree']
    .map((name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0))
    .reduce((sum, kib) => sum + Math.floor(kib / 1024), 0);
  if (needed > free) throw new InterlockError('lab_too_big', { needed, free });
}
