import type { Command } from 'commander';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import type { LockValue } from '../protocol/lock/lock-value.ts';
import { clearFailed, isStoppedByFailures, setSlots } from '../protocol/lock/semaphore.ts';
import { problemOf, Word } from '../protocol/schema/schema.ts';
import { visible } from '../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../system/command/command.ts';
import type { Etcd } from '../system/etcd/etcd.ts';
import { type EtcdFlags, openNamedEtcd } from '../system/etcd/options.ts';
import { readLock } from '../system/lock/read-lock.ts';
import { forceOut, swapLock } from '../system/lock/swap-lock.ts';
import { formatTable } from '../system/terminal/table.ts';
import { shownDigits, theOnly } from './find-id.ts';
import { formatTime } from './format-time.ts';
import { type ResetFlags, resetLock } from './lock-reset.ts';

/** Of root hashes, in tables; as much of one is understood. */
const hashDigits = 12;

interface LockFlags extends EtcdFlags {
  group: string;
}

/** `interlock lock`: a group's places in etcd, for its operators. */
export function addLock(program: Command): void {
  const lock = group(program, 'lock', 'Places of a group: how many hosts may be down at once');

  withEtcdOptions(
    verb(
      lock,
      'status',
      'Show holders and how releases fare',
      'interlock lock status --group web --etcd https://e1:2379',
    ),
  ).action(
    answer(async (flags: LockFlags) => {
      const { value, troubles } = await withEtcd(flags, async (etcd) => ({
        value: await readLock(etcd, flags.group),
        troubles: etcd.troubles().map(visible),
      }));
      const sick =
        troubles.length > 0
          ? ['', 'Endpoints that do not answer:', ...troubles.map((one) => `  ${one}`)]
          : [];
      return { text: [format(value), ...sick].join('\n'), data: value };
    }),
  );

  withEtcdOptions(
    verb(
      lock,
      'slots <number>',
      'Set how many hosts may be down',
      'interlock lock slots 2 --group web --etcd https://e1:2379',
    ),
  ).action(
    answer((number: string, flags: LockFlags) => {
      if (!/^\d{1,6}$/.test(number)) throw new InterlockError('usage', { problem: `${number} is no number` });
      return change(flags, (value) => setSlots(value, Number(number)));
    }),
  );

  withEtcdOptions(
    verb(
      lock,
      'release <host>',
      'Take a place away from a host that will never give it back; the beginning of its id will do',
      'interlock lock release 1b4e28ba --yes --group web --etcd https://e1:2379',
    ),
  )
    .option('--yes', 'the host is not rebooting and will not come back by itself')
    .action(
      answer((host: string, flags: LockFlags & { yes?: boolean }) => {
        if (!flags.yes) {
          const problem = `if ${host} is down, one host more than allowed may go down: look first, then say --yes`;
          throw new InterlockError('usage', { problem });
        }
        return forceOutOf(flags, host);
      }),
    );

  withEtcdOptions(
    verb(
      lock,
      'reset',
      'Mend a value that cannot be read: write back the last one that could be',
      'interlock lock reset --group web --etcd https://e1:2379',
      'interlock lock reset --yes --group web --etcd https://e1:2379',
    ),
  )
    .option('--empty <places>', 'write a value with so many places that nobody holds')
    .option('--yes', 'write what is shown without it')
    .action(
      answer((flags: LockFlags & ResetFlags) => withEtcd(flags, (etcd) => resetLock(etcd, flags, format))),
    );

  withEtcdOptions(
    verb(
      lock,
      'clear-failed [roothash]',
      'Forget failures, of one release or of all, so that the brake lets go',
      'interlock lock clear-failed --group web --etcd https://e1:2379',
    ),
  ).action(
    answer((rootHash: string | undefined, flags: LockFlags) =>
      change(flags, (value) => {
        if (!rootHash) return clearFailed(value);
        const meant = Object.keys(value.releases).filter((known) => known.startsWith(rootHash));
        return clearFailed(value, theOnly('release', rootHash, meant));
      }),
    ),
  );
}

function withEtcdOptions(command: Command): Command {
  return command
    .requiredOption('--group <name>', 'group of hosts')
    .requiredOption('--etcd <urls>', 'client URLs of etcd, separated by commas')
    .option('--ca <file>', 'PEM file of the authority of etcd')
    .option('--cert <file>', 'client certificate; without a Common Name, or the gateway refuses it')
    .option('--key <file>', 'its key')
    .option('--username <name>', 'etcd user')
    .option('--password-file <file>', 'file with its password');
}

async function forceOutOf(flags: LockFlags, host: string): Promise<Answer> {
  const { after } = await withEtcd(flags, (etcd) =>
    forceOut(etcd, flags.group, host, (hosts) => holderOf(hosts, host)),
  );
  return { text: format(after), data: after };
}

/** The holder that is meant by its id, or by a beginning of it. Throws `usage` with the candidates. */
function holderOf(hosts: readonly string[], text: string): string | undefined {
  const meant = [...new Set(hosts)].filter((host) => text !== '' && host.startsWith(text));
  if (meant.length === 0) return undefined;
  return meant.includes(text) ? text : theOnly('holder', text, meant);
}

async function change(flags: LockFlags, next: (value: LockValue) => LockValue): Promise<Answer> {
  const { value } = await withEtcd(flags, (etcd) =>
    swapLock(etcd, flags.group, (found) => ({ value: next(found) })),
  );
  return { text: format(value), data: value };
}

async function withEtcd<T>(flags: LockFlags, use: (etcd: Etcd) => Promise<T>): Promise<T> {
  const problem = problemOf(Word, flags.group);
  if (problem) throw new InterlockError('usage', { problem: `--group ${flags.group}: ${problem}` });
  const etcd = await openNamedEtcd(flags);
  try {
    return await use(etcd);
  } finally {
    etcd.close();
  }
}

function format(value: LockValue): string {
  const holders = value.holders.map(({ host, since, boot, release }) => [
    host,
    formatTime(since),
    boot.slice(0, shownDigits),
    release.slice(0, hashDigits),
  ]);
  const releases = Object.entries(value.releases).map(([rootHash, entry]) => [
    rootHash.slice(0, hashDigits),
    String(entry.ok),
    Object.entries(entry.failed)
      .map(([host, reason]) => `${host}: ${reason}`)
      .join('; ') || '-',
    isStoppedByFailures(entry) ? 'stopped' : 'goes on',
  ]);
  return [
    `${value.holders.length} of ${value.slots} places taken`,
    ...(holders.length > 0 ? ['', formatTable(['HOST', 'SINCE', 'BOOT', 'RELEASE'], holders)] : []),
    ...(releases.length > 0 ? ['', formatTable(['RELEASE', 'GOOD', 'FAILED', 'ROLLOUT'], releases)] : []),
  ].join('\n');
}
