import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runFolder } from '../../protocol/boot/host-layout.ts';
import { ordersOf, type ReadOrders } from '../../protocol/installer/orders.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';

/** Orders of user-data, and which source had them. */
export interface SourceOrders extends ReadOrders {
  source: string;
}

const file = `${runFolder}/installer/orders.json`;

/** Leaves the orders of user-data for the installer, which starts later in the same boot. */
export async function leaveOrders(root: string, orders: SourceOrders): Promise<void> {
  const path = join(root, file);
  await mkdir(join(path, '..'), { recursive: true, mode: privateFolder });
  await writeDurably(path, JSON.stringify(orders), privateFile);
}

/** What user-data ordered in this boot. */
export async function readLeftOrders(root = '/'): Promise<SourceOrders | undefined> {
  const text = await readFile(join(root, file), 'utf8').catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  // only this program writes it, in the same boot
  return text === undefined ? undefined : (JSON.parse(text) as SourceOrders);
}

/**
 * Whose orders count: those of the kernel command line, which came with the medium, before those of user-data; never some of either.
 * `from` says it to people.
 */
export function chooseOrders(commandLine: string, left?: SourceOrders): ReadOrders & { from: string } {
  const own = ordersOf(commandLine);
  const isEmpty = Object.keys(own.orders).length === 0 && own.problems.length === 0;
  if (!isEmpty || !left) return { ...own, from: 'the kernel command line' };
  const { source, orders, problems } = left;
  return { orders, problems, from: `user-data (${source})` };
}
