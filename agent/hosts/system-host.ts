import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trialFile } from '../../protocol/boot/boot-facts.ts';
import { runFolder } from '../../protocol/boot/host-layout.ts';
import { verityDevice } from '../../protocol/boot/kernel-parameters.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { openLoader } from '../loader/loader.ts';
import type { Running, SlotName } from '../ports/host.ts';
import type { LoaderPort } from '../ports/loader.ts';
import { findSlotsOnDisk } from '../slots/find-on-disk.ts';
import type { Host } from './host.ts';
import { isGoingDown } from './is-going-down.ts';
import { mountEsp, unmountEsp } from './mount-esp.ts';
import { readIdentity } from './os-release.ts';
import { readThrough } from './read-through.ts';
import { reboot } from './reboot.ts';
import { readRootHash } from './root-hash.ts';

/** When this boot was confirmed, for whoever looks at the host. */
const confirmed = join(runFolder, 'confirmed');

/** Opens the host that the agent runs on: device mapper, real partitions, the mounted ESP. */
export async function openSystemHost(): Promise<Host> {
  const disk = await findSlotsOnDisk(verityDevice);
  const esp = await mountEsp(disk.esp, runFolder);
  const loader = openLoader(esp, { efivars: '/sys/firmware/efi/efivars' });
  return {
    loader: {
      ...loader,
      async tidy(running) {
        await loader.tidy(running);
        if (await isGood(loader, running)) await noteConfirmed();
      },
      async markGood(generation) {
        await loader.markGood(generation);
        await noteConfirmed();
        await rm(trialFile, { force: true });
      },
    },
    storage: { slots: disk.slots, esp, bootFiles: loader },
    running: () => readRunning(disk.running),
    readRoot: (signal) => readThrough(`/dev/mapper/${verityDevice}`, signal),
    isGoingDown,
    reboot: () => reboot('system'),
    close: () => unmountEsp(esp),
  };
}

async function noteConfirmed(): Promise<void> {
  await writeFile(confirmed, '', { mode: privateFile });
}

/** A cut between two pointers lets one loader count what was marked good: nobody would mark it again. */
async function isGood(loader: LoaderPort, { slot, rootHash }: Running): Promise<boolean> {
  const own = (await loader.entries())
    .filter((entry) => entry.slot === slot && rootHash.startsWith(entry.rootHashPrefix))
    .toSorted((a, b) => b.generation - a.generation);
  return own[0]?.triesLeft === null;
}

/** What the kernel says about this boot. */
export async function readRunning(slot: SlotName): Promise<Running> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const rootHash = await readRootHash(verityDevice);
  return { bootId, slot, rootHash, ...(await readIdentity('/usr/lib/os-release')) };
}
