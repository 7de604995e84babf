import type { Command } from 'commander';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { FleetGroup } from '../protocol/lock/fleet-lock.ts';
import type { LockValue } from '../protocol/lock/lock-value.ts';
import { clearFailed, setSlots } from '../protocol/lock/semaphore.ts';
import { problemOf, Word } from '../protocol/schema/schema.ts';
import { visible } from '../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../system/command/command.ts';
import type { Etcd } from '../system/etcd/etcd.ts';
import { type EtcdFlags, openNamedEtcd } from '../system/etcd/options.ts';
import { readLock } from '../system/lock/read-lock.ts';
import { forceOut, swapLock } from '../system/lock/swap-lock.ts';
import { addYes, confirm } from '../system/terminal/confirm.ts';
import { theOnly } from './client/find-id.ts';
import { formatLock } from './format/lock-text.ts';
import { forceFleetOutOf, setFleetPlaces, showFleetLock } from './lock-fleet.ts';
import { type ResetFlags, resetLock } from './lock-reset.ts';

interface LockFlags extends EtcdFlags {
  group: string;
  /** The group is one of foreign hosts. */
  fleetlock?: boolean;
}

/** Adds `interlock lock`: the places of a group in etcd. */
export function addLock(program: Command): void {
  const lock = group(
    program,
    'lock',
    'Show and change the lock of a group, which limits how many of its hosts can be down at once',
  );
  addStatus(lock);
  addSlots(lock);
  addRelease(lock);
  addReset(lock);
  addClearFailed(lock);
}

function addStatus(lock: Command): void {
  withFleetLock(
    verb(
      lock,
      'status',
      'Show the holders, and on how many hosts each release is good or failed',
      'interlock lock status --group web --etcd https://e1:2379',
    ),
  ).action(
    answer(async (flags: LockFlags) => {
      if (flags.fleetlock) return withEtcd(flags, (etcd) => showFleetLock(etcd, flags.group));
      const { value, troubles } = await withEtcd(flags, async (etcd) => ({
        value: await readLock(etcd, flags.group),
        troubles: etcd.troubles().map(visible),
      }));
      const sick =
        troubles.length > 0
          ? ['', 'Endpoints that do not respond:', ...troubles.map((one) => `  ${one}`)]
          : [];
      return { text: [formatLock(value), ...sick].join('\n'), data: value };
    }),
  );
}

function addSlots(lock: Command): void {
  withFleetLock(
    verb(
      lock,
      'slots <number>',
      'Set how many hosts can be down at once',
      'interlock lock slots 2 --group web --etcd https://e1:2379',
    ),
  ).action(
    answer((number: string, flags: LockFlags) => {
      if (!/^\d{1,6}$/.test(number))
        throw new InterlockError('usage', {
          problem: `${number} is not a number of places; give a whole number such as 2`,
        });
      if (flags.fleetlock) {
        return withEtcd(flags, (etcd) => setFleetPlaces(etcd, flags.group, Number(number)));
      }
      return change(flags, (value) => setSlots(value, Number(number)));
    }),
  );
}

function addRelease(lock: Command): void {
  addYes(
    withFleetLock(
      verb(
        lock,
        'release <host>',
        'Release the place of a host that is gone for good; the start of its id is enough',
        'interlock lock release 1b4e28ba --yes --group web --etcd https://e1:2379',
      ),
    ),
  ).action(
    answer(async (host: string, flags: LockFlags & { yes?: boolean }) => {
      const loss = `${host} loses its place in group ${flags.group}; if it is rebooting, one host more than allowed can go down`;
      await confirm(flags.yes, loss);
      if (flags.fleetlock) {
        const find = (ids: readonly string[]) => holderOf(ids, host);
        return withEtcd(flags, (etcd) => forceFleetOutOf(etcd, flags.group, host, find));
      }
      return forceOutOf(flags, host);
    }),
  );
}

function addReset(lock: Command): void {
  withEtcdOptions(
    verb(
      lock,
      'reset',
      'Repair a value that cannot be read: write back the last readable one',
      'interlock lock reset --group web --etcd https://e1:2379',
      'interlock lock reset --yes --group web --etcd https://e1:2379',
    ),
  )
    .option('--empty <places>', 'write a value with this number of places and no holders')
    .option('--yes', 'write the value that is shown without --yes')
    .action(answer((flags: LockFlags & ResetFlags) => withEtcd(flags, (etcd) => resetLock(etcd, flags))));
}

function addClearFailed(lock: Command): void {
  addYes(
    withEtcdOptions(
      verb(
        lock,
        'clear-failed [roothash]',
        'Clear the failures of one release or of all, so that hosts can install it again',
        'interlock lock clear-failed --yes --group web --etcd https://e1:2379',
      ),
    ),
  ).action(
    answer(async (rootHash: string | undefined, flags: LockFlags & { yes?: boolean }) => {
      const which = rootHash ? `release ${rootHash}` : 'all releases';
      const loss = `the failures of ${which} in group ${flags.group} are forgotten, and its hosts install what failed again`;
      await confirm(flags.yes, loss);
      return change(flags, (value) => {
        if (!rootHash) return clearFailed(value);
        const meant = Object.keys(value.releases).filter((known) => known.startsWith(rootHash));
        return clearFailed(value, theOnly('release', rootHash, meant));
      });
    }),
  );
}

function withFleetLock(command: Command): Command {
  return withEtcdOptions(command).option(
    '--fleetlock',
    'a group of hosts that speak FleetLock to the server',
  );
}

function withEtcdOptions(command: Command): Command {
  return command
    .requiredOption('--group <name>', 'group of hosts')
    .requiredOption('--etcd <urls>', 'client URLs of etcd, separated by commas')
    .option('--ca <file>', 'CA certificate of etcd, PEM')
    .option('--cert <file>', 'client certificate without a Common Name, which etcd’s gateway refuses')
    .option('--key <file>', 'key of the client certificate')
    .option('--username <name>', 'etcd user')
    .option('--password-file <file>', 'file with the user’s password');
}

async function forceOutOf(flags: LockFlags, host: string): Promise<Answer> {
  const { after } = await withEtcd(flags, (etcd) =>
    forceOut(etcd, flags.group, host, (hosts) => holderOf(hosts, host)),
  );
  return { text: formatLock(after), data: after };
}

/** The holder with this id, or whose id starts with it. Throws `usage` with the candidates. */
function holderOf(hosts: readonly string[], text: string): string | undefined {
  const meant = [...new Set(hosts)].filter((host) => text !== '' && host.startsWith(text));
  if (meant.length === 0) return undefined;
  return meant.includes(text) ? text : theOnly('holder', text, meant);
}

async function change(flags: LockFlags, next: (value: LockValue) => LockValue): Promise<Answer> {
  const { value } = await withEtcd(flags, (etcd) =>
    swapLock(etcd, flags.group, (found) => ({ value: next(found) })),
  );
  return { text: formatLock(value), data: value };
}

async function withEtcd<T>(flags: LockFlags, use: (etcd: Etcd) => Promise<T>): Promise<T> {
  const problem = problemOf(flags.fleetlock ? FleetGroup : Word, flags.group);
  if (problem) throw new InterlockError('usage', { problem: `--group ${flags.group}: ${problem}` });
  const etcd = await openNamedEtcd(flags);
  try {
    return await use(etcd);
  } finally {
    etcd.close();
  }
}
