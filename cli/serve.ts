import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { enrollments } from '../protocol/api/choices.ts';
import type { Enrollment } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { visible } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { outliveOutput } from '../system/terminal/closed-pipe.ts';
import { print } from '../system/terminal/print.ts';

interface Flags {
  data: string;
  listen: string;
  tlsCert?: string;
  tlsKey?: string;
  behindProxy?: boolean;
  onlineKeys?: string;
  etcd?: string;
  etcdCa?: string;
  etcdCert?: string;
  etcdKey?: string;
  etcdUsername?: string;
  etcdPasswordFile?: string;
  lockGroup?: string[];
  openFleetlock?: boolean;
  enrollment?: Enrollment;
  /** The former name of the flag, for one release. */
  enrolment?: Enrollment;
}

/** `interlock serve`: the update server, until SIGTERM or SIGINT. */
export function addServe(program: Command): void {
  const summary = 'Run the update server; it reloads a renewed certificate by itself, at once on SIGHUP';
  verb(program, 'serve', summary, 'interlock serve --data /var/lib/interlock')
    .requiredOption('--data <dir>', 'folder for the database and the blobs')
    .option('--listen <host:port>', 'address to listen on; port 0 chooses one', '127.0.0.1:8080')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--behind-proxy', 'a proxy in front of the server terminates TLS')
    .option(
      '--online-keys <dir>',
      'folder with the snapshot and timestamp keys; copied to the data folder, so needed only once',
    )
    .option(
      '--etcd <urls>',
      'client URLs of the etcd that holds the locks, to show them on the dashboard, and to serve FleetLock',
    )
    .option('--etcd-ca <file>', 'CA certificate of etcd, PEM')
    .option('--etcd-cert <file>', 'client certificate without a Common Name, which etcd’s gateway refuses')
    .option('--etcd-key <file>', 'key of the client certificate')
    .option('--etcd-username <name>', 'etcd user')
    .option('--etcd-password-file <file>', 'file with the user’s password')
    .addOption(
      new Option(
        '--enrollment <how>',
        'token: hosts need a join token (the default of a new data folder); open: they can enroll without one and wait for approval; kept in the data folder',
      ).choices(enrollments),
    )
    .addOption(new Option('--enrolment <how>').choices(enrollments).hideHelp())
    .option('--lock-group <names...>', 'lock groups to show (default: all in etcd)')
    .option(
      '--open-fleetlock',
      'foreign hosts need no token for FleetLock: whoever reaches the server can take their places',
    )
    .action(answer(runServer));
}

async function runServer(flags: Flags): Promise<{ text: string; data: unknown }> {
  let reload = () => {};
  process.on('SIGHUP', () => reload());
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  outliveOutput();
  process.umask(0o077);
  const { serve } = await import('../update-server/serve.ts');
  const server = await serve({
    dataDir: flags.data,
    listen: flags.listen,
    tls: tlsOf(flags),
    behindProxy: flags.behindProxy ?? false,
    onlineKeysDir: flags.onlineKeys,
    etcd: etcdOf(flags),
    lockGroups: flags.lockGroup ?? [],
    openFleetLock: flags.openFleetlock ?? false,
    enrollment: flags.enrollment ?? flags.enrolment,
    logLevel: process.env.INTERLOCK_LOG ?? 'warn',
    print: (line) => print(visible(line)),
    printSecret: isJournal() ? undefined : print,
  });
  reload = server.reload;
  print(`listening on ${server.url}`);
  await stopped;
  await server.stop();
  return { text: 'stopped', data: { stopped: true } };
}

/** True when output goes to systemd’s journal, which more people can read than should see a token. */
function isJournal(): boolean {
  const { JOURNAL_STREAM: journal } = process.env;
  return [1, 2].some((fd) => {
    const { dev, ino } = fstatSync(fd);
    return journal === `${dev}:${ino}`;
  });
}

function etcdOf({ etcd, etcdCa, etcdCert, etcdKey, etcdUsername, etcdPasswordFile }: Flags) {
  if (!etcd) return undefined;
  return {
    etcd,
    ca: etcdCa,
    cert: etcdCert,
    key: etcdKey,
    username: etcdUsername,
    passwordFile: etcdPasswordFile,
  };
}

function tlsOf({ tlsCert, tlsKey }: Flags): { certFile: string; keyFile: string } | undefined {
  if (tlsCert && tlsKey) return { certFile: tlsCert, keyFile: tlsKey };
  if (tlsCert || tlsKey)
    throw new InterlockError('usage', { problem: '--tls-cert and --tls-key go together' });
  return undefined;
}
