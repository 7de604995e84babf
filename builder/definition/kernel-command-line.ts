import { bootParameters } from '../../protocol/boot/kernel-parameters.ts';
import type { Definition } from './definition.ts';

/** Bytes that a kernel takes of its command line; what is longer is cut, the image's own words first (COMMAND_LINE_SIZE). */
export const longestCommandLine = 2047;

/**
 * The command line of a release; a panic, as a corrupt block makes one, reboots so that the boot counter counts, and a
 * hang ends by the watchdog. Partitions are the initrd's and the agent's business, not systemd's.
 */
export function kernelCommandLine({ cmdline }: Pick<Definition, 'cmdline'>, rootHash: string): string {
  return [...bootParameters(rootHash), cmdline].filter(Boolean).join(' ');
}
