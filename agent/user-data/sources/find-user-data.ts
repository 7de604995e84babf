import { join } from 'node:path';
import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';
import { readConfigDrive } from '../local/config-drive.ts';
import { readFwCfg } from '../local/fw-cfg.ts';
import { readGuestinfo } from '../local/guestinfo.ts';
import { listVolumes, type Volume } from '../local/list-disks.ts';
import { readNoCloud } from '../local/no-cloud.ts';
import { readOvfDisc, readOvfSource } from '../local/ovf.ts';
import { readSmbios } from '../local/smbios.ts';
import { chooseSources } from '../machine/choose-sources.ts';
import type { Machine } from '../machine/machine.ts';
import { readMachine } from '../machine/read-machine.ts';
import { seedOf } from '../machine/seed.ts';
import type { Found, Search, Stage } from '../ports/found.ts';
import { firstFound } from './first-found.ts';

/** What a search goes by. */
export interface SearchOptions {
  stage: Stage;
  deadlineMs: number;
  /** The root of the host. */
  root: string;
  /** A folder of this boot; volumes are mounted below it. */
  runFolder: string;
  /** The only sources that are asked, in their order; null: by what the firmware says. */
  sources: readonly SourceName[] | null;
  /** The firmware's words, where they are not to be read. */
  machine?: Machine;
}

/** Looks for user-data in one stage of a boot: all sources at once, within one deadline. */
export async function findUserData(options: SearchOptions): Promise<Search> {
  const machine = options.machine ?? (await readMachine(options.root));
  const { local, network } = chooseSources(machine, options.sources);
  const names = options.stage === 'local' ? local : network;
  const open = options.stage === 'local' ? openDisks(options, machine) : await openServices(options, machine);
  const outcome = await firstFound(
    names.map((source) => ({ source, read: (signal) => open(source, signal) })),
    options.deadlineMs,
  );
  return { ...outcome, askNetwork: options.stage === 'local' && !outcome.found && network.length > 0 };
}

function openDisks({ root, runFolder }: SearchOptions, machine: Machine) {
  const folder = join(runFolder, 'user-data');
  const id = machine.productUuid;
  let listed: Promise<Volume[]> | undefined;
  const volumes = () => {
    listed ??= listVolumes(root);
    return listed;
  };
  return async (source: SourceName): Promise<Found | null> => {
    switch (source) {
      case 'fw-cfg':
        return readFwCfg(root, id);
      case 'smbios':
        return readSmbios(root, id);
      case 'guestinfo':
        return readGuestinfo(id);
      case 'config-drive':
        return readConfigDrive(await volumes(), folder);
      case 'no-cloud':
        return readNoCloud(await volumes(), folder, id, seedOf(machine.productSerial));
      case 'ovf':
        return readOvfSource(await volumes(), folder, id);
      default:
        return null;
    }
  };
}

/** Loaded where a service is asked: an HTTP client is half of all that a stage would start with. */
async function openServices({ root, runFolder }: SearchOptions, machine: Machine) {
  const { openService } = await import('./open-service.ts');
  return openService(machine, async () => readOvfDisc(await listVolumes(root), join(runFolder, 'user-data')));
}
