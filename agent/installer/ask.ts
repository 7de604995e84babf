import { createInterface } from 'node:readline/promises';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Orders } from '../../protocol/installer/orders.ts';
import { run } from '../../system/process/run.ts';
import { nameOf, obstacle } from './choose-disk.ts';
import type { Disk } from './disk.ts';
import { describeContent, seeDisks, type Tell } from './installer.ts';
import type { Outcome } from './obey.ts';
import type { Source } from './source.ts';

const help = 'type: install DISK, erase DISK (all that is on it is lost), list, reboot, or poweroff';

/** Where a person at the console is asked; every line is one order. Ends when the machine goes down or the console closes. */
export async function ask(
  source: Source,
  listDisks: () => Promise<Disk[]>,
  obey: (orders: Orders) => Promise<Outcome>,
  tell: Tell,
): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  tell(await table(source, listDisks));
  tell(help);
  for await (const line of lines) {
    const [verb = '', disk = ''] = line.trim().split(/\s+/);
    // whoever is asked may try again
    const outcome = await answer(verb, disk).catch((error) => {
      tell(asInterlockError(error).message);
      return 'wait';
    });
    if (outcome === 'leave') return;
    tell(help);
  }

  async function answer(verb: string, disk: string): Promise<Outcome> {
    if (verb === 'list') tell(await table(source, listDisks));
    if (verb === 'reboot' || verb === 'poweroff') {
      await run('systemctl', [verb, '--no-block']);
      return 'leave';
    }
    const choice: Orders = { disk: { by: 'path', path: disk } };
    if (verb === 'install' && disk) return obey(choice);
    if (verb === 'erase' && disk) return obey({ ...choice, erase: disk, order: `console-${Date.now()}` });
    return 'wait';
  }
}

/** The disks, what is on them, and which cannot be used. */
export async function table(source: Source, listDisks: () => Promise<Disk[]>): Promise<string> {
  const disks = await seeDisks(await listDisks(), source);
  if (disks.length === 0) return 'there is no disk';
  return disks
    .map((disk) => {
      const problem = obstacle(disk, source.medium);
      return `${nameOf(disk)}: ${describeContent(disk)}${problem ? `; ${problem}` : ''}`;
    })
    .join('\n');
}
