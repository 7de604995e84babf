import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { CalendarPort } from './calendar.ts';
import type { ClockPort } from './clock.ts';
import type { HostPort } from './host.ts';
import type { LoaderPort } from './loader.ts';
import type { LockPort } from './lock.ts';
import type { ScriptsPort } from './scripts.ts';
import type { ServerPort } from './server.ts';
import type { SlotPort } from './slot.ts';
import type { TasksPort } from './tasks.ts';
import type { TrustPort } from './trust.ts';

/** Everything outside that the agent touches. `server` and `trust` are null when no server is configured. */
export interface Ports {
  host: HostPort;
  slot: SlotPort;
  loader: LoaderPort;
  lock: LockPort;
  trust: TrustPort | null;
  server: ServerPort | null;
  scripts: ScriptsPort;
  clock: ClockPort;
  /** Maintenance; a host that is only simulated has none. */
  tasks?: TasksPort;
  /** The host's own windows; without it, any time will do. */
  calendar?: CalendarPort;
  /** What is wrong with today's configuration, for the server to know. */
  wrong?: InterlockError | null;
}
