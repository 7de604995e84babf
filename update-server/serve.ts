import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { collectDefaultMetrics } from '@prometheus-io/client';
import type { Enrolment } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { type EtcdFlags, openNamedEtcd } from '../system/etcd/options.ts';
import { writeDurably } from '../system/files/durable.ts';
import { createToken } from './auth/create-token.ts';
import { makeSecret } from './auth/secret.ts';
import { openBlobs } from './blobs/files.ts';
import { resumeUploads } from './blobs/resume.ts';
import { openScrub } from './blobs/scrub.ts';
import { openBallast } from './disk/ballast.ts';
import { prepareDataDir } from './disk/data-dir.ts';
import { openDisk } from './disk/disk.ts';
import { openRoom } from './disk/room.ts';
import { createApp } from './http/app.ts';
import { checkListen, formatListen, type ListenAddress, parseListen } from './http/listen-address.ts';
import type { TlsFiles } from './http/read-tls.ts';
import { renewTls } from './http/renew-tls.ts';
import { keepUnapproved } from './jobs/forget-unapproved.ts';
import { keepCounts } from './jobs/keep-counts.ts';
import { keepDisk } from './jobs/keep-disk.ts';
import { keepScrubbing } from './jobs/keep-scrubbing.ts';
import { keepTime } from './jobs/keep-time.ts';
import { sweepUploads } from './jobs/sweep-uploads.ts';
import { watchOverload } from './load/watch-load.ts';
import { openLocks } from './locks/locks.ts';
import { createMetrics } from './metrics/metrics.ts';
import { keepSigned, keepWarning } from './publish/renew.ts';
import type { App } from './routing/app.ts';
import type { Ports } from './routing/ports.ts';
import { adoptOnlineKeys } from './start/adopt-online-keys.ts';
import type { Store } from './store/interface/store.ts';
import { lockDataDir } from './store/sqlite/lock.ts';
import { openSqliteStore } from './store/sqlite/store.ts';

/** What an operator decides about a server. */
export interface ServeOptions {
  dataDir: string;
  /** `host:port`; port 0 lets the system choose. */
  listen: string;
  tls?: TlsFiles | undefined;
  behindProxy?: boolean;
  /** Folder with `snapshot.pem` and `timestamp.pem`; needed once. */
  onlineKeysDir?: string | undefined;
  logLevel?: string;
  /** Whether hosts need a join token; kept from then on. A new data folder begins with `token`. */
  enrolment?: Enrolment | undefined;
  /** The etcd that holds the groups' locks, for the operators' page. */
  etcd?: EtcdFlags | undefined;
  /** The groups to show; all that etcd has when empty. */
  lockGroups?: readonly string[];
  /** Hears what the operator must read: where the first admin token lies. */
  tell(line: string): void;
  /** Hears the token itself; not given when what is told is kept where others read it, such as a journal. */
  tellSecret?: ((line: string) => void) | undefined;
}

/** A server that answers, and how to end it. */
export interface RunningServer {
  url: string;
  /** Takes the certificate's files anew. */
  reload(): void;
  /** Ends requests, then streams, then the database. */
  stop(): Promise<void>;
}

/** The server’s first seconds belong to the hosts that waited for it. */
const warmAfterMs = 5000;
/** How long running requests and downloads may go on after a stop; agents resume what is cut. */
const graceMs = 3000;

/** Starts the server; when it resolves, requests are answered. Throws `listen_unsafe`, `busy`, `listen_failed`. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { dataDir, tls } = options;
  const address = parseListen(options.listen);
  checkListen(address, Boolean(tls ?? options.behindProxy));
  const problems: string[] = [];
  let complain = (problem: string): unknown => problems.push(problem);
  prepareDataDir(dataDir, complain);
  const disk = openDisk(dataDir);
  const ballast = openBallast(dataDir, disk);
  // SQLite needs some room even to read
  if (disk.free() < disk.ballast) ballast.drop();
  const unlock = lockDataDir(dataDir);
  const undo: (() => unknown)[] = [ballast.hold, unlock];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const store = openSqliteStore(dataDir, ballast.drop);
    undo.push(() => store.close());
    const onlineKeys = await adoptOnlineKeys(dataDir, options.onlineKeysDir);
    const overload = watchOverload();
    undo.push(overload.stop);
    const locks = options.etcd
      ? openLocks(await openNamedEtcd(options.etcd), options.lockGroups ?? [])
      : undefined;
    undo.push(() => locks?.close());
    const metrics = createMetrics();
    collectDefaultMetrics({ register: metrics.registry });
    const room = openRoom(disk);
    const blobs = openBlobs(dataDir);
    const now = () => new Date();
    const scrub = openScrub({ store, blobs, now }, (problem) => complain(problem));
    const ports: Ports = {
      store,
      blobs,
      room,
      onlineKeys,
      now,
      scrub,
      overload,
      locks,
      metrics,
    };
    await sweepUploads(dataDir, ports.now());
    await resumeUploads(dataDir, { store, room });
    ballast.keep();
    await welcome(store, options);
    if (options.enrolment) await setEnrolment(store, options.enrolment);
    const app = createApp(ports, options);
    complain = (problem) => app.log.error(problem);
    problems.forEach(complain);
    undo.push(() => closeWithGrace(app));
    const port = await listen(app, address);
    const renewal = tls && renewTls(app.server as Server, tls, told(app));
    undo.push(() => renewal?.stop());
    undo.push(warmPage(app));
    undo.push(keepDisk({ dataDir, ballast, room, blobs }, (problem) => app.log.error(`disk: ${problem}`)));
    undo.push(keepScrubbing(scrub, (problem) => app.log.error(`blobs: ${problem}`)));
    undo.push(keepTime(ports, (problem) => app.log.error(`rollouts: ${problem}`)));
    undo.push(keepUnapproved(ports, (problem) => app.log.error(`hosts: ${problem}`)));
    undo.push(keepCounts(ports, (problem) => app.log.error(`counts: ${problem}`)));
    undo.push(keepWarning(ports, (warning) => app.log.warn(warning)));
    undo.push(keepSigned(ports, (problem) => app.log.error(`online signing: ${problem}`)));
    const url = `${tls ? 'https' : 'http'}://${formatListen({ ...address, port })}`;
    return { url, reload: () => renewal?.reload(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function told(app: App) {
  return (news: string, isProblem: boolean) => app.log[isProblem ? 'error' : 'info'](`tls: ${news}`);
}

/** Asks for the page once by itself a little later, so that the first who wants it need not wait for the bundler. */
function warmPage(app: App): () => void {
  const ask = () => void app.inject({ url: '/' }).catch(() => {});
  const timer = setTimeout(ask, warmAfterMs);
  return () => clearTimeout(timer);
}

async function setEnrolment(store: Store, enrolment: Enrolment): Promise<void> {
  const line = { who: 'command line', action: 'set enrolment', subject: 'enrolment', detail: enrolment };
  await store.setEnrolment(enrolment, { at: new Date().toISOString(), ...line });
}

/** The first admin token lies in a file before it is good, so that no start can lose it. */
async function welcome(
  store: Store,
  { dataDir, tell, tellSecret }: Pick<ServeOptions, 'dataDir' | 'tell' | 'tellSecret'>,
): Promise<void> {
  const tokens = await store.tokens();
  if (tokens.some(({ role }) => role === 'admin')) return;
  const token = makeSecret('admin');
  const file = join(dataDir, 'admin-token');
  await writeDurably(file, `${token}\n`, 0o600);
  await createToken(store, { role: 'admin', name: 'first start', who: 'server', now: new Date(), token });
  tellSecret?.(`admin token: ${token}`);
  tell(`the first admin token lies in ${file}: keep it elsewhere and remove the file`);
}

async function listen(app: App, address: ListenAddress): Promise<number> {
  try {
    await app.listen(address);
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new InterlockError('listen_failed', { address: formatListen(address), problem }, { cause });
  }
  return (app.server.address() as AddressInfo).port;
}

async function closeWithGrace(app: App): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(cut);
}
