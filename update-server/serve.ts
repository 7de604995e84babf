import type { Server } from 'node:https';
import { collectDefaultMetrics } from '@prometheus-io/client';
import type { Enrollment } from '../protocol/api/operator.ts';
import { type EtcdFlags, openNamedEtcd } from '../system/etcd/options.ts';
import { openBlobs } from './blobs/files.ts';
import { resumeUploads } from './blobs/resume.ts';
import { openScrub } from './blobs/scrub.ts';
import { openBallast } from './disk/ballast.ts';
import { prepareDataDir } from './disk/data-dir.ts';
import { openDisk } from './disk/disk.ts';
import { openFreeSpace } from './disk/free-space.ts';
import { createApp } from './http/app.ts';
import { checkListen, formatListen, parseListen } from './http/listen-address.ts';
import type { TlsFiles } from './http/read-tls.ts';
import { renewTls } from './http/renew-tls.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { sweepUploads } from './jobs/sweep-uploads.ts';
import { watchLoad } from './load/watch-load.ts';
import { openFleetLocks } from './locks/fleet-locks.ts';
import { openLocks } from './locks/locks.ts';
import { createMetrics } from './metrics/metrics.ts';
import { adoptOnlineKeys } from './start/adopt-online-keys.ts';
import { checkAddress, closeWithGrace, listen, warmPage } from './start/listen.ts';
import { type WelcomeOptions, welcome } from './start/welcome.ts';
import type { Store } from './store/interface/store.ts';
import { lockDataDir } from './store/sqlite/lock.ts';
import { openSqliteStore } from './store/sqlite/store.ts';

/** What an operator decides about a server. */
export interface ServeOptions extends WelcomeOptions {
  /** `host:port`; port 0 lets the system choose. */
  listen: string;
  tls?: TlsFiles | undefined;
  behindProxy?: boolean;
  openFleetLock?: boolean;
  /** Folder with `snapshot.pem` and `timestamp.pem`; needed once. */
  onlineKeysDir?: string | undefined;
  logLevel?: string;
  /** Whether hosts need a join token; kept from then on. A new data folder begins with `token`. */
  enrollment?: Enrollment | undefined;
  /** The etcd that holds the groups' locks, for the dashboard. */
  etcd?: EtcdFlags | undefined;
  /** The groups to show; all that etcd has when empty. */
  lockGroups?: readonly string[];
}

/** A server that answers, and how to end it. */
export interface RunningServer {
  url: string;
  /** Takes the certificate's files anew. */
  reload(): void;
  /** Ends requests, then streams, then the database. */
  stop(): Promise<void>;
}

/** Starts the server; when it resolves, requests are answered. Throws `listen_unsafe`, `busy`, `listen_failed`. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { dataDir, tls } = options;
  const address = parseListen(options.listen);
  checkListen(address, Boolean(tls ?? options.behindProxy));
  await checkAddress(address);
  const problems: string[] = [];
  let log = (problem: string): unknown => problems.push(problem);
  prepareDataDir(dataDir, (problem) => log(problem));
  const disk = openDisk(dataDir);
  const ballast = openBallast(dataDir, disk);
  // SQLite needs some space even to read
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
    const loadWatch = watchLoad();
    undo.push(loadWatch.stop);
    const locks = options.etcd
      ? openLocks(await openNamedEtcd(options.etcd), options.lockGroups ?? [])
      : undefined;
    undo.push(() => locks?.close());
    const fleetEtcd = options.etcd && (await openNamedEtcd(options.etcd));
    undo.push(() => fleetEtcd?.close());
    const metrics = createMetrics();
    collectDefaultMetrics({ register: metrics.registry });
    const space = openFreeSpace(disk);
    const blobs = openBlobs(dataDir);
    const now = () => new Date();
    const fleetLocks = fleetEtcd && openFleetLocks(fleetEtcd, now);
    const scrub = openScrub({ store, blobs, now }, (problem) => log(problem));
    const parts = { store, blobs, space, onlineKeys, now, scrub, loadWatch, locks, fleetLocks, metrics };
    await sweepUploads(dataDir, now());
    await resumeUploads(dataDir, { store, space });
    ballast.keep();
    await welcome(store, options);
    if (options.enrollment) await setEnrollment(store, options.enrollment);
    const app = createApp(parts, options);
    log = (problem) => app.log.error(problem);
    problems.forEach(log);
    undo.push(() => closeWithGrace(app));
    const port = await listen(app, address);
    const renewal = tls && renewTls(app.server as Server, tls, app.log);
    undo.push(() => renewal?.stop());
    undo.push(warmPage(app));
    undo.push(...startJobs({ ...parts, dataDir, ballast }, app.log));
    const url = `${tls ? 'https' : 'http'}://${formatListen({ ...address, port })}`;
    return { url, reload: () => renewal?.reload(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function setEnrollment(store: Store, enrollment: Enrollment): Promise<void> {
  const subject = { kind: 'enrollment' } as const;
  const line = { who: 'command line', action: 'set enrolment', subject, detail: enrollment };
  await store.setEnrollment(enrollment, { at: new Date().toISOString(), ...line });
}
