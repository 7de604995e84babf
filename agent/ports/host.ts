import { type Static, Type } from 'typebox';
import { SlotName } from '../../protocol/boot/partitions.ts';
import { type Arch, Sha256, Version } from '../../protocol/schema/schema.ts';

export { SlotName };

/** What this host runs now, as the kernel says; labels on the disk are not asked. */
export const Running = Type.Object({
  bootId: Type.String(),
  slot: SlotName,
  /** Hex root hash of the mounted root. */
  rootHash: Sha256,
  name: Type.String(),
  version: Version,
  /** Not checked: a state file is not refused for an architecture that a later agent knows. */
  arch: Type.Unsafe<Arch>(Type.String()),
});
export type Running = Static<typeof Running>;

/** The slot that does not run. */
export function otherSlot(slot: SlotName): SlotName {
  return slot === 'a' ? 'b' : 'a';
}

/** The host that the agent runs on: a real one, or a file-backed one that a supervisor boots. */
export interface HostPort {
  running(): Promise<Running>;
  /** Reads the whole running root once; a bit that flipped must be met now, while the boot is still counted. */
  readRoot(signal: AbortSignal): Promise<void>;
  /** Whether the host is about to go down already, whoever asked for it. */
  isGoingDown?(): Promise<boolean>;
  /** Asks for a reboot; on a file-backed host the process exits and the supervisor does the rest. */
  reboot(): Promise<void>;
}
