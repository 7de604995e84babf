import type { Arch } from '../../protocol/schema/schema.ts';

/** One of the two slots that a host boots from in turn. */
export type SlotName = 'a' | 'b';

/** What this host runs right now, learned from the kernel and never from a label. */
export interface Running {
  bootId: string;
  slot: SlotName;
  /** Hex root hash of the mounted root. */
  rootHash: string;
  name: string;
  version: string;
  arch: Arch;
}

/** The machine under the agent: a real host, or a file-backed one that a supervisor boots. */
export interface MachinePort {
  running(): Promise<Running>;
  /** Reads the whole running root once; a bit that flipped must be met now, while the boot is still counted. */
  readRoot(signal: AbortSignal): Promise<void>;
  /** Asks for a reboot; on a file-backed host the process exits and the supervisor does the rest. */
  reboot(): Promise<void>;
}
