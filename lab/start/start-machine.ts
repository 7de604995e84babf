import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';
import { type Lab, type LabHost, labPaths } from '../folder/lab.ts';
import { portSocket } from '../folder/sockets.ts';
import type { Accelerator } from '../machine/accelerator.ts';
import { machineArgs } from '../machine/machine-args.ts';
import { machineFiles } from '../machine/machine-files.ts';
import { machineType } from '../machine/machine-type.ts';
import { requireFree } from '../machine/ports.ts';
import { shellCredentials } from '../machine/shell-credentials.ts';
import { cardsOf } from '../plan/addresses.ts';
import { credentialsOf, type HostEtcd, type HostIdentity, seedOf } from '../plan/host-documents.ts';
import { launch } from '../process/launch.ts';
import { runningPid } from '../process/running.ts';
import { waitForProgram } from './wait-for-program.ts';

/** Turns a host's machine on unless it runs; true when it was off. */
export async function startMachine(
  folder: string,
  lab: Lab,
  host: LabHost,
  given: { arch: Arch; accelerator: Accelerator; sshKey: string; joinToken: string; etcd: HostEtcd | null },
): Promise<boolean> {
  const own = labPaths(folder).host(host.name);
  const record = join(own, machineFiles.record);
  if (runningPid(record) !== undefined) return false;
  await requireFree(host.ssh, `which leads to SSH of ${host.name}`);
  for (const { here, there } of host.forwards)
    await requireFree(here, `which leads to ${there} of ${host.name}`);
  const identity: HostIdentity = {
    name: host.name,
    names: lab.hosts.map(({ name }) => name),
    instance: `lab-${lab.id}-${host.name}`,
    sshKey: given.sshKey,
    server: { port: lab.server, joinToken: given.joinToken },
    channel: lab.channel,
    etcd: given.etcd,
    isEmulated: given.accelerator !== 'kvm',
  };
  const seed = seedOf(identity);
  for (const [name, text] of Object.entries(seed)) await writeFile(join(own, name), text, { mode: 0o600 });
  const hasUserData = existsSync(join(own, 'user-data'));
  await keepLastConsole(own);
  for (const name of ['console', 'monitor', 'shell'] as const)
    await rm(join(own, machineFiles[name]), { force: true });
  const args = machineArgs(
    {
      title: `lab-${lab.id}-${host.name}`,
      arch: given.arch,
      uuid: host.uuid,
      memory: host.memory,
      cards: cardsOf(host.name),
      switchPort: join('../network', portSocket(host.name)),
      forwards: [{ here: host.ssh, there: 22 }, ...host.forwards],
      credentials: { ...shellCredentials(), ...credentialsOf(identity) },
      seed: [...Object.keys(seed), ...(hasUserData ? ['user-data'] : [])],
    },
    given.accelerator,
  );
  const log = join(own, machineFiles.log);
  await launch({ command: [machineType(given.arch).program, ...args], folder: own, log, record });
  const isListening = async () => existsSync(join(own, machineFiles.monitor));
  await waitForProgram({ program: `QEMU of ${host.name}`, log, record }, isListening);
  return true;
}

/** The console since power-on is one file, that of the time before another. */
async function keepLastConsole(own: string): Promise<void> {
  const log = join(own, machineFiles.consoleLog);
  if (existsSync(log)) await rename(log, `${log}.before`);
}
