import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { initKeys } from '../../../builder/keys/init.ts';
import type { Vm } from '../../support/vm/start-vm.ts';
import { freePorts } from '../cluster/free-ports.ts';
import type { Place } from '../with-vm.ts';
import { type DataDisk, type Fates, serveDataDisk } from './data-disk.ts';
import { packProgram } from './program-disk.ts';
import { checkScript, onlineKeysFolder, portInGuest, startScript } from './scripts.ts';

const shellSeconds = 400;
const startSeconds = 400;

/** A virtual machine whose only work is the update server, its data folder on a disk of its own. */
export interface ServedMachine {
  /** The server, from outside. */
  url: string;
  /** The operator's keys; those of the server are in its hands from the first start on. */
  keysDir: string;
  disk: DataDisk;
  /** Starts the server, and the machine when it is off; gives what it printed until it listened. */
  start(isFirst?: boolean): Promise<string>;
  /** Pulls the plug; `random` decides about what nobody flushed. */
  powerCut(random: () => number): Promise<Fates>;
  /** What SQLite says to the database: `ok`. */
  checkDatabase(): Promise<string>;
  /** Processor seconds of the host so far. */
  cpuSeconds(): number;
}

/** The agent has nothing to ask for here, and asking costs an emulated machine as much as the server's start. */
const idleAgent = {
  'systemd.unit-dropin.interlock-agent.timer': '[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1d\n',
};

/** Lends it, switched on; only this host reaches the server, on loopback. */
export async function withServedMachine(
  place: Place,
  use: (machine: ServedMachine) => Promise<void>,
): Promise<void> {
  const folder = dirname(place.disk);
  const [keysDir, program] = [join(folder, 'keys'), join(folder, 'program.erofs')];
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  await packProgram(program);
  const [port = 0] = await freePorts(1);
  const disk = await serveDataDisk(folder);
  let vm: Vm | undefined;
  try {
    const machine = await place.start({
      net: `user,hostfwd=tcp:127.0.0.1:${port}-:${portInGuest}`,
      credentials: { ...idleAgent, ...(await readFolder(join(keysDir, 'online'))) },
      extra: [
        ...['-drive', `if=none,id=program,format=raw,file=${program},readonly=on`],
        ...['-device', 'virtio-blk-pci,drive=program,serial=program'],
        ...['-drive', `if=none,id=data,format=raw,file=${disk.url},cache=writeback`],
        ...['-device', 'virtio-blk-pci,drive=data,serial=data'],
      ],
    });
    vm = machine;
    await use({
      url: `http://127.0.0.1:${port}`,
      keysDir,
      disk,
      async start(isFirst = false) {
        if (!machine.isOn()) await machine.powerOn();
        await machine.waitForShell(shellSeconds);
        const keys = isFirst ? ['--online-keys', onlineKeysFolder] : [];
        return machine.run(startScript(keys), startSeconds);
      },
      async powerCut(random) {
        await machine.powerCut();
        return disk.powerCut(random);
      },
      checkDatabase: () => machine.run(checkScript, startSeconds),
      cpuSeconds: machine.cpuSeconds,
    });
  } finally {
    await vm?.stop();
    await disk.close();
  }
}

async function readFolder(folder: string): Promise<Record<string, Buffer>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
}
