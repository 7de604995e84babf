import { readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { liveMedium, liveParameter } from '../../protocol/installer/medium.ts';
import type { Orders } from '../../protocol/installer/orders.ts';
import { visibleLines } from '../../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../../system/command/command.ts';
import { print } from '../../system/terminal/print.ts';
import { ask, table } from '../installer/ask.ts';
import type { Disk } from '../installer/disk.ts';
import { chooseOrders, readLeftOrders } from '../installer/given-orders.ts';
import { decideOn, installOn, seeDisks } from '../installer/installer.ts';
import { listDisks } from '../installer/list-disks.ts';
import { obey } from '../installer/obey.ts';
import { openSource, type Source } from '../installer/source.ts';

interface Options {
  medium: string;
  erase?: boolean;
  ordered?: boolean;
}

const sectorLength = 512;
const tell = (line: string) => print(visibleLines(line));

/** Adds `interlock-agent install`. */
export function addInstall(program: Command): void {
  verb(
    program,
    'install [disk]',
    'Install the release of the medium that was booted; without a disk, show the disks',
    'interlock-agent install /dev/sda',
  )
    .option('--erase', 'install although the disk is used; all that is on it is lost')
    .option(
      '--ordered',
      'obey the orders of the kernel command line or of user-data, and ask on the console if there are none',
    )
    .option('--medium <dir>', 'the medium', liveMedium)
    .action(answer(install));
}

async function install(disk: string | undefined, options: Options): Promise<Answer> {
  const commandLine = await readFile('/proc/cmdline', 'utf8');
  const live = commandLine.split(/\s+/).find((word) => word.startsWith(`${liveParameter}=`));
  const isLive = options.medium === liveMedium;
  const source = await openSource(options.medium, isLive ? live?.split('=')[1] : undefined);
  const list = () => listDisks(options.medium);
  if (options.ordered) return obeyOrders(chooseOrders(commandLine, await readLeftOrders()), source, list);
  if (!disk) return { text: await table(source, list), data: await seeDisks(await list(), source) };
  return installByHand(disk, options.erase ?? false, source, await list());
}

async function installByHand(
  path: string,
  erases: boolean,
  source: Source,
  known: readonly Disk[],
): Promise<Answer> {
  const file = await stat(path).catch((cause) => {
    throw new InterlockError('not_found', { what: path }, { cause });
  });
  const disks = await seeDisks(file.isFile() ? [diskOf(path, file.size)] : known, source);
  const order = `by-hand-${Date.now()}`;
  const orders: Orders = { disk: { by: 'path', path }, ...(erases && { erase: path, order }) };
  const choice = await decideOn(orders, disks, source);
  if (choice.to === 'refuse') throw new InterlockError('install_refused', { problem: choice.problem });
  if (choice.to !== 'install') {
    const because = choice.to === 'boot' ? choice.because : '';
    return { text: visibleLines(`nothing is written to ${path}: ${because}`), data: { installed: false } };
  }
  await installOn(choice.disk, source, choice.erases ? order : '-', tell);
  return { text: 'remove the medium and reboot', data: { installed: true } };
}

async function obeyOrders(
  { orders, problems, from }: ReturnType<typeof chooseOrders>,
  source: Source,
  list: () => Promise<Disk[]>,
): Promise<Answer> {
  const done = { text: '', data: null };
  const obeyOne = async (one: Orders) => obey(one, source, await list(), tell);
  // whoever sits at the console may know better
  const tryOne = (one: Orders) =>
    obeyOne(one).catch((error) => {
      tell(asInterlockError(error).message);
      return 'wait' as const;
    });
  if (problems.length > 0) tell(`the orders of ${from} are not obeyed: ${problems.join('; ')}`);
  else if ((await tryOne(orders)) === 'leave') return done;
  await ask(source, list, obeyOne, tell);
  return done;
}

/** A file that stands for a disk. */
function diskOf(path: string, size: number): Disk {
  const facts = { isRemovable: false, isReadOnly: false, isMedium: false };
  return { path, size, sectorSize: sectorLength, serial: '', ...facts };
}
