import type { Ports } from '../ports/ports.ts';
import type { ServerPort } from '../ports/server.ts';
import { troubleOf } from '../state-machine/lost.ts';
import type { PerformContext } from './context.ts';

/** The body of a check-in: what the host runs, which phase it has reached, and what is wrong with it. */
export function checkInOf(
  {
    memory,
    running,
    name,
    pollSeconds,
  }: Pick<PerformContext, 'memory' | 'running' | 'name'> & Partial<Pick<PerformContext, 'pollSeconds'>>,
  wrong: Ports['wrong'] = null,
): Parameters<ServerPort['checkIn']>[0] {
  const failed = new Set(Object.values(memory.failed).map(({ version }) => version));
  const trouble = troubleOf(memory, wrong);
  return {
    name,
    version: running.version,
    arch: running.arch,
    bootId: running.bootId,
    rootHash: running.rootHash,
    at: memory.phase.at.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    failed: [...failed],
    cancelled: [...new Set(Object.values(memory.barred ?? {}).flatMap(({ versions }) => versions))],
    ...(trouble && { trouble: { code: trouble.code, text: trouble.problem } }),
    ...(pollSeconds !== undefined && { pollSeconds }),
  };
}
