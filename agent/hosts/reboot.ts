import { run } from '../../system/process/run.ts';

/** Exit code of an agent on a file-backed host that wants a reboot; its supervisor boots the host then. */
export const rebootExitCode = 100;

/** Reboots a real host by systemd, or ends the process of a file-backed one. Returns before the host is down. */
export async function reboot(kind: 'system' | 'file'): Promise<void> {
  if (kind === 'file') process.exit(rebootExitCode);
  await run('systemctl', ['reboot']);
}
