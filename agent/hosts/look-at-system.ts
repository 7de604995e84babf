import { runFolder } from '../../protocol/boot/host-layout.ts';
import { verityDevice } from '../../protocol/boot/kernel-parameters.ts';
import { openLoader } from '../loader/loader.ts';
import { findSlotsOnDisk } from '../slots/find-on-disk.ts';
import type { Host } from './host.ts';
import { showEsp, unmountEsp } from './mount-esp.ts';
import { readRunning } from './system-host.ts';

/** The host for commands that only read: the ESP is neither repaired nor mounted to be written. */
export async function lookAtSystem(): Promise<{
  running: Host['running'];
  loader: Pick<Host['loader'], 'entries'>;
  close(): Promise<void>;
}> {
  const disk = await findSlotsOnDisk(verityDevice);
  const esp = await showEsp(disk.esp, runFolder);
  return {
    loader: openLoader(esp, { efivars: '/sys/firmware/efi/efivars' }),
    running: () => readRunning(disk.running),
    close: () => unmountEsp(esp),
  };
}
