import type { HostSummary } from '../../protocol/api/operator.ts';
import { type Lab, type LabHost, labPaths } from '../folder/lab.ts';
import { readNetwork } from '../folder/network.ts';
import { type Phase, phaseOf } from '../machine/phase.ts';
import { reachMachine } from '../machine/reach.ts';
import { addressOf } from '../plan/addresses.ts';
import { residentBytes, runningPid } from '../process/running.ts';

/** A host of a lab as it is now. */
export interface HostView {
  name: string;
  phase: Phase;
  /** On the network among the hosts. */
  address: string;
  /** Port of this machine that leads to its SSH. */
  ssh: number;
  forwards: LabHost['forwards'];
  isCut: boolean;
  /** Of this machine, that QEMU takes now; 0 when it is off. */
  memoryBytes: number;
  /** What the update server knows; null before the first check-in. */
  version: string | null;
  state: string | null;
}

/** A lab as it is now. */
export interface LabView {
  hosts: HostView[];
  server: boolean;
  switch: boolean;
}

const probeSeconds = 10;
/** Longer than the guest's own limit: an emulated machine may be slow to answer. */
const patienceMs = 12_000;

/** Looks at processes, consoles and shells; `checkedIn` are the hosts that the server knows. `wasUp`: hosts that need not be asked again. */
export async function look(
  folder: string,
  lab: Lab,
  checkedIn: readonly HostSummary[],
  wasUp: ReadonlySet<string> = new Set(),
): Promise<LabView> {
  const paths = labPaths(folder);
  const { cut } = await readNetwork(paths.switch.state);
  const hosts = await Promise.all(
    lab.hosts.map(async (host): Promise<HostView> => {
      const { name } = host;
      const reach = reachMachine(paths.host(name), name);
      const known = checkedIn.findLast((each) => each.labels?.lab === name);
      const phase = await findPhase(reach, wasUp.has(name));
      const pid = reach.pid();
      return {
        name,
        phase: phase === 'up' && known ? 'checked in' : phase,
        address: addressOf(name),
        ssh: host.ssh,
        forwards: host.forwards,
        isCut: cut.includes(name),
        memoryBytes: pid === undefined ? 0 : residentBytes(pid),
        version: known?.version ?? null,
        state: known?.state ?? null,
      };
    }),
  );
  const runs = (record: string) => runningPid(record) !== undefined;
  return { hosts, server: runs(paths.server.record), switch: runs(paths.switch.record) };
}

async function findPhase(reach: ReturnType<typeof reachMachine>, wasUp: boolean): Promise<Phase> {
  if (reach.pid() === undefined) return 'off';
  const said = phaseOf(await reach.log());
  if (said === 'firmware') return said;
  return wasUp || (await isUp(reach)) ? 'up' : said;
}

/** Whether its services have started; a machine whose shell says nothing in time has not come so far. */
async function isUp(reach: ReturnType<typeof reachMachine>): Promise<boolean> {
  const shell = await reach.shell().catch(() => undefined); // it went off in between
  if (!shell) return false;
  const late = setTimeout(() => shell.close(), patienceMs);
  try {
    const { output } = await shell.run('systemctl is-active multi-user.target', probeSeconds);
    return output.trim() === 'active';
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    shell.close();
  }
}
