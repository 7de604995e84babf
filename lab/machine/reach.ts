import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { connectTo } from '../folder/sockets.ts';
import { runningPid } from '../process/running.ts';
import { machineFiles } from './machine-files.ts';
import { type Monitor, openMonitor } from './monitor.ts';
import { openShell, type Shell } from './shell.ts';

/** A machine in its folder: what of it runs, and its ways in. */
export interface Reach {
  pid(): number | undefined;
  /** Everything the console said since power-on; empty before. */
  log(): Promise<string>;
  /** The console to type on, one at a time. Throws `host_off`. */
  console(): ReturnType<typeof connectTo>;
  shell(): Promise<Shell>;
  monitor(): Promise<{ monitor: Monitor; close(): void }>;
}

/** Opens nothing yet. `name` is for errors. */
export function reachMachine(folder: string, name: string): Reach {
  const file = (key: keyof typeof machineFiles) => join(folder, machineFiles[key]);
  const pid = () => runningPid(file('record'));
  const connect = async (key: 'console' | 'shell' | 'monitor') => {
    try {
      if (pid() !== undefined) return await connectTo(file(key));
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException;
      if (!['ENOENT', 'ECONNREFUSED'].includes(code)) throw cause;
    }
    throw new InterlockError('host_off', { host: name });
  };
  return {
    pid,
    // before the first boot there is none
    log: () => readFile(file('consoleLog'), 'utf8').catch(() => ''),
    console: () => connect('console'),
    shell: async () => openShell(await connect('shell')),
    async monitor() {
      const socket = await connect('monitor');
      return { monitor: await openMonitor(socket, () => {}), close: () => void socket.destroy() };
    },
  };
}
