/** The device that the initrd opens over a slot's partitions: `/dev/mapper/root`. */
export const verityDevice = 'root';

/** Names the root to boot by its dm-verity root hash. */
export const rootHashParameter = 'interlock.roothash';

/** What GRUB adds to a command line, which the initrd reads where the firmware has told it nothing. */
export const grubParameters = {
  loader: 'interlock.loader',
  esp: 'interlock.esp',
  generation: 'interlock.generation',
  trial: 'interlock.trial',
} as const;

/** What every release's command line says first: which root to boot, and that a panic or a hang ends in a reboot. */
export function bootParameters(rootHash: string): string[] {
  const own = ['ro', 'quiet', 'panic=1', 'interlock.watchdog=1', 'systemd.gpt_auto=0'];
  return [`${rootHashParameter}=${rootHash}`, ...own];
}

/** The hex root hash that a kernel command line names; the whole word must match. */
export function rootHashOf(commandLine: string): string | undefined {
  const match = commandLine.split(/\s+/).map((word) => /^interlock\.roothash=([0-9a-f]{64})$/.exec(word));
  return match.find(Boolean)?.[1];
}
