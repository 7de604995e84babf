import { join } from 'node:path';
import type { ScriptsPort } from '../ports/scripts.ts';
import { type HealthOptions, health } from './health.ts';
import { hooks } from './hooks.ts';

/** The operator's scripts under `etc/interlock`: `health.d`, `hooks/pre-reboot.d`, `hooks/post-confirm.d`. */
export function openScripts(
  etc: string,
  options: { health: HealthOptions; hooks: { timeout: number } },
  signal: AbortSignal,
): ScriptsPort {
  return {
    health: () => health(join(etc, 'health.d'), options.health, signal),
    hooks: (kind) => hooks(join(etc, 'hooks', `${kind}.d`), options.hooks.timeout, signal),
  };
}
