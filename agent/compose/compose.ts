import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Paths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { openFileHost } from '../hosts/file-host.ts';
import { openSystemHost } from '../hosts/system-host.ts';
import type { ClockPort } from '../ports/clock.ts';
import type { Running } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import { openScripts } from '../scripts/open-scripts.ts';
import { openTasks } from '../tasks/open-tasks.ts';
import { openCalendarPort } from './calendar-port.ts';
import { type Given, readContext } from './context.ts';
import { openLockPort } from './lock-port.ts';
import { openServerPort } from './server-port.ts';
import { openSlotPort } from './slot-port.ts';
import { openTrustPort } from './trust-port.ts';

/** The agent's ports over a real or a file-backed host, as the configuration says. */
export interface Composed {
  ports: Ports;
  running: Running;
  /** Unmounts what opening mounted. */
  close(): Promise<void>;
}

/** Opens everything the agent needs; nothing is sent yet, and no file that only updates need can stop it. */
export async function compose(
  paths: Paths,
  settings: Settings,
  signal: AbortSignal,
  given: Given,
): Promise<Composed> {
  const host = await (settings.machine === 'file' ? openFileHost(paths.root) : openSystemHost());
  try {
    const running = await host.running();
    const context = await readContext(paths, settings, signal, running, given);
    const ports: Ports = {
      host,
      loader: host.loader,
      slot: openSlotPort(host.storage, context),
      lock: openLockPort(context, clock),
      trust: openTrustPort(context, clock),
      server: await openServerPort(context),
      tasks: openTasks(paths.run, given.command ?? null, signal),
      scripts: openScripts(paths.etc, settings, signal),
      clock,
      calendar: openCalendarPort(context),
      wrong: context.problem,
    };
    return { ports, running, close: () => host.close() };
  } catch (error) {
    await host.close();
    throw error;
  }
}

const clock: ClockPort = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  nonce: () => randomBytes(16).toString('hex'),
};
