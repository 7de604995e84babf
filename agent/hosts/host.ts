import type { BootFiles } from '../loader/loader.ts';
import type { HostPort } from '../ports/host.ts';
import type { LoaderPort } from '../ports/loader.ts';
import type { Storage } from '../write/write.ts';

/** A host with its boot loader and disk: everything that differs between the kinds of hosts. */
export interface Host extends HostPort {
  loader: LoaderPort & BootFiles;
  storage: Storage;
  /** Lets go of what opening took: mounts. */
  close(): Promise<void>;
}
