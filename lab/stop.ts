import { join } from 'node:path';
import { type Lab, labPaths, requireLab } from './folder/lab.ts';
import { withLab } from './folder/with-lab.ts';
import { machineFiles } from './machine/machine-files.ts';
import { reachMachine } from './machine/reach.ts';
import { endProcess, waitForEnd } from './process/end.ts';

/** A guest that was told to go off does so within seconds, emulated within a minute. */
const offSeconds = 120;
const askSeconds = 20;

/** How a host was turned off. */
export type Ending = 'was off' | 'shut down' | 'power cut';

/** Shuts the hosts of a lab down and ends its programs; its disks stay. */
export async function stop(folder: string, onEnd: (host: string, how: Ending) => void): Promise<void> {
  const lab = await requireLab(folder);
  await withLab(folder, async () => {
    await Promise.all(lab.hosts.map(async ({ name }) => onEnd(name, await shutDown(folder, name))));
    await endPrograms(folder);
  });
}

/** Ends the server, the signer and the switch, and every machine at once that still runs. */
export async function endAll(folder: string, lab: Lab): Promise<void> {
  const { host } = labPaths(folder);
  await Promise.all(
    lab.hosts.map(({ name }) => endProcess(join(host(name), machineFiles.record), { signal: 'SIGKILL' })),
  );
  await endPrograms(folder);
}

async function endPrograms(folder: string): Promise<void> {
  const paths = labPaths(folder);
  await endProcess(paths.server.record, { seconds: 30 });
  await endProcess(paths.signer.record);
  await endProcess(paths.switch.record);
}

async function shutDown(folder: string, name: string): Promise<Ending> {
  const own = labPaths(folder).host(name);
  const record = join(own, machineFiles.record);
  const reach = reachMachine(own, name);
  if (reach.pid() === undefined) {
    await endProcess(record);
    return 'was off';
  }
  const isAsked = (await askShell(reach)) || (await pressButton(reach));
  const isOff = isAsked && (await waitForEnd(record, offSeconds));
  // a machine that boots or hangs hears nothing
  await endProcess(record, { seconds: 5 });
  return isOff ? 'shut down' : 'power cut';
}

async function askShell(reach: ReturnType<typeof reachMachine>): Promise<boolean> {
  const shell = await reach.shell().catch(() => undefined); // it ended in between
  if (!shell) return false;
  const late = setTimeout(() => shell.close(), askSeconds * 1000);
  try {
    return (await shell.run('systemctl poweroff --no-block', askSeconds)).status === 0;
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    shell.close();
  }
}

/** For an image whose systemd takes no units from credentials. */
async function pressButton(reach: ReturnType<typeof reachMachine>): Promise<boolean> {
  try {
    const { monitor, close } = await reach.monitor();
    await monitor.execute('system_powerdown').finally(close);
    return true;
  } catch {
    // it ended in between
    return false;
  }
}
