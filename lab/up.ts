import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease } from '../protocol/documents/release.ts';
import type { Arch } from '../protocol/schema/schema.ts';
import { readGiven } from '../system/files/read-given.ts';
import { type Lab, labPaths, readLab, writeLab } from './folder/lab.ts';
import { withLab } from './folder/with-lab.ts';
import { chooseAccelerator } from './machine/accelerator.ts';
import { machineFiles } from './machine/machine-files.ts';
import { freePorts } from './machine/ports.ts';
import { requireVirtualization } from './machine/virtualization.ts';
import { requireMemory } from './plan/memory.ts';
import { makeLab } from './prepare/make-lab.ts';
import { nameOf, prepare } from './prepare/prepare.ts';
import type { Interlock } from './process/call-interlock.ts';
import { runningPid } from './process/running.ts';
import type { Settings } from './settings/settings.ts';
import { startMachine } from './start/start-machine.ts';
import { startServer } from './start/start-server.ts';
import { membersFor, startSigner } from './start/start-signer.ts';
import { startSwitch } from './start/start-switch.ts';

/** What `up` did. */
export interface Started {
  lab: Lab;
  /** Hosts whose machines were off. */
  started: string[];
  release: string;
  isEmulated: boolean;
}

/** Makes what is missing of a lab and starts what does not run of it, and says each step; waits for nothing that boots. Safe to repeat. */
export async function up(
  folder: string,
  settings: Settings,
  interlock: Interlock,
  say: (step: string) => void,
): Promise<Started> {
  requireVirtualization(await archOf(settings));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return withLab(folder, async () => {
    const made = await makeLab(folder, settings, await readLab(folder));
    const paths = labPaths(folder);
    const isOff = ({ name }: { name: string }) =>
      runningPid(join(paths.host(name), machineFiles.record)) === undefined;
    requireMemory(await readFile('/proc/meminfo', 'utf8'), made.hosts.filter(isOff));
    await writeLab(folder, made);
    const prepared = await prepare(folder, made, interlock);
    const lab = await withEtcd(folder, made, settings, prepared.folder);
    const { arch } = prepared.release;
    const accelerator = await chooseAccelerator(join(prepared.folder, 'boot.efi'), arch);
    say('starting the update server and publishing the release');
    const joinToken = await startServer(folder, lab, prepared, interlock);
    if (lab.etcd?.members) say(`preparing an etcd of ${lab.etcd.members}`);
    const etcd = await startSigner(folder, lab, interlock);
    await startSwitch(folder, lab, interlock);
    say('turning the machines on');
    const sshKey = (await readFile(`${paths.sshKey}.pub`, 'utf8')).trim();
    const started: string[] = [];
    for (const host of lab.hosts) {
      if (await startMachine(folder, lab, host, { arch, accelerator, sshKey, joinToken, etcd }))
        started.push(host.name);
    }
    return { lab, started, release: nameOf(prepared), isEmulated: accelerator !== 'kvm' };
  });
}

/** Decided once: hosts that formed an etcd keep it. */
async function withEtcd(folder: string, lab: Lab, { etcd }: Settings, release: string): Promise<Lab> {
  if (lab.etcd) return lab;
  const members = etcd ?? (await membersFor(release, lab.hosts.length));
  const [signer] = await freePorts(1);
  const decided = { ...lab, etcd: { members, signer: signer! } };
  await writeLab(folder, decided);
  return decided;
}

/** What the hosts will be: an image is built for this machine. */
async function archOf({ source }: Settings): Promise<Arch> {
  if (source.kind === 'image') return process.arch === 'arm64' ? 'arm64' : 'x86-64';
  return parseRelease(await readGiven(join(source.folder, 'release.json'))).arch;
}
