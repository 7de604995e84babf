import type { BootFiles } from '../loader/systemd-boot/loader.ts';
import type { MachinePort } from '../ports/host.ts';
import type { LoaderPort } from '../ports/loader.ts';
import type { Storage } from '../write/write.ts';

/** A machine with what the agent does to it: all edges of one kind of host. */
export interface Host {
  machine: MachinePort;
  loader: LoaderPort & BootFiles;
  storage: Storage;
  /** Lets go of what opening took: mounts. */
  close(): Promise<void>;
}
