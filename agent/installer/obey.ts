import type { Orders } from '../../protocol/installer/orders.ts';
import { run } from '../../system/process/run.ts';
import { bootNext } from './boot-next.ts';
import type { Disk, SeenDisk } from './disk.ts';
import { decideOn, espOf, installOn, seeDisks, type Tell } from './installer.ts';
import type { Source } from './source.ts';

/** What the live system does after orders: go on by itself, or wait for a person. */
export type Outcome = 'leave' | 'wait';

/** Obeys orders: writes, or says why not; then reboots as ordered. */
export async function obey(
  orders: Orders,
  source: Source,
  disks: readonly Disk[],
  tell: Tell,
): Promise<Outcome> {
  const choice = await decideOn(orders, await seeDisks(disks, source), source);
  switch (choice.to) {
    case 'ask':
      tell('there are no orders');
      return 'wait';
    case 'refuse':
      tell(`nothing was written: ${choice.problem}`);
      return 'wait';
    case 'boot': {
      tell(`nothing is written to ${choice.disk.path}: ${choice.because}`);
      if (!(await handOver(choice.disk, source))) {
        tell('this firmware cannot be told to start the disk: remove the medium and reboot');
        return 'wait';
      }
      tell(`rebooting from ${choice.disk.path}`);
      await run('systemctl', ['reboot', '--no-block']);
      return 'leave';
    }
    case 'install': {
      await installOn(choice.disk, source, orders.order ?? '-', tell);
      return leave(orders, source, tell);
    }
  }
}

async function leave({ after = 'reboot' }: Orders, source: Source, tell: Tell): Promise<Outcome> {
  await bootNext(await espOf(source), source.medium.release.arch);
  tell({ reboot: 'rebooting', poweroff: 'turning off', stay: 'staying, as ordered' }[after]);
  if (after === 'stay') return 'wait';
  await run('systemctl', [after, '--no-block']);
  return 'leave';
}

/** A disk that was updated to the release has a table of its own. */
async function handOver({ content }: SeenDisk, { medium }: Source): Promise<boolean> {
  const esp = content.is === 'interlock' ? content.esp : undefined;
  return esp !== undefined && bootNext(esp, medium.release.arch);
}
