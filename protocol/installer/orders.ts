import type { InstallOrders } from '../user-data/install-orders.ts';
import { type DiskChoice, parseDiskChoice } from './disk-choice.ts';

/** What a person or a document tells the installer. */
export interface Orders {
  /** The disk that gets the release; without it the installer asks on the console. */
  disk?: DiskChoice;
  /** Serial number or path of the one disk that may lose what is on it. */
  erase?: string;
  /** Names the order to erase, which a disk obeys once. */
  order?: string;
  /** What follows; a reboot unless said. */
  after?: 'reboot' | 'poweroff' | 'stay';
}

/** Orders with what is wrong with them; wrong orders are not obeyed in part. */
export interface ReadOrders {
  orders: Orders;
  problems: string[];
}

const prefix = 'interlock.install.';
const orderPattern = /^[A-Za-z0-9._-]{1,64}$/;
const follow = ['reboot', 'poweroff', 'stay'] as const;

/** Reads `interlock.install.disk=`, `.erase=`, `.order=` and `.after=` out of a kernel command line. */
export function ordersOf(commandLine: string): ReadOrders {
  const words = commandLine.split(/\s+/).filter((word) => word.startsWith(prefix));
  const given = new Map<string, string>();
  const problems: string[] = [];
  for (const word of words) {
    const [key = '', ...value] = word.slice(prefix.length).split('=');
    if (given.has(key)) problems.push(`${prefix}${key} is given twice`);
    given.set(key, value.join('='));
  }
  const read = readOrders(given);
  return { orders: read.orders, problems: [...problems, ...read.problems.map((text) => `${prefix}${text}`)] };
}

/** Reads the orders of user-data: the same ones, in their own notation. */
export function ordersOfUserData({ disk, ...others }: InstallOrders): ReadOrders {
  const given = new Map<string, string>(Object.entries(others));
  // a document names one way to choose a disk
  for (const [by, value] of Object.entries(disk ?? {}))
    given.set('disk', by === 'only' ? by : `${by}:${value}`);
  return readOrders(given);
}

/** Reads orders by key, all of them text: `disk`, `erase`, `order`, `after`. */
export function readOrders(given: ReadonlyMap<string, string>): ReadOrders {
  const orders: Orders = {};
  const problems: string[] = [];
  for (const [key, value] of given) {
    const problem = put(orders, key, value);
    if (problem) problems.push(`${key}: ${problem}`);
  }
  if (orders.erase !== undefined && orders.order === undefined && problems.length === 0) {
    problems.push(
      'erase: needs an order id beside it (order=…), because a disk obeys an order to erase once',
    );
  }
  return { orders, problems };
}

function put(orders: Orders, key: string, value: string): string | undefined {
  switch (key) {
    case 'disk': {
      const choice = parseDiskChoice(value);
      if (typeof choice === 'string') return choice;
      orders.disk = choice;
      return undefined;
    }
    case 'erase':
      if (value === '') return 'name one disk by its serial number or its path';
      orders.erase = value;
      return undefined;
    case 'order':
      if (!orderPattern.test(value)) return 'write 1 to 64 letters, digits, dots, dashes';
      orders.order = value;
      return undefined;
    case 'after': {
      const found = follow.find((one) => one === value);
      if (!found) return `write ${follow.join(', ')}`;
      orders.after = found;
      return undefined;
    }
    default:
      return 'is no order; there are disk, erase, order and after';
  }
}
