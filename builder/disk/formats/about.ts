import type { Arch } from '../../../protocol/schema/schema.ts';

/** What a format says about the disk in it. */
export interface About {
  name: string;
  version: string;
  arch: Arch;
  /** Seconds since 1970, for every time in the file. */
  time: number;
}
