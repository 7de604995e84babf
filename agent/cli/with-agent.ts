import { join } from 'node:path';
import type { OfflineOffer } from '../../protocol/documents/offline.ts';
import { asInterlockError, type InterlockError } from '../../protocol/errors/interlock-error.ts';
import { holdLock, type Patience } from '../../system/files/hold-lock.ts';
import { tightenTree } from '../../system/files/private-files.ts';
import { statusOf } from '../../system/process/interrupt.ts';
import { type Composed, compose } from '../compose/compose.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { type Line, lineOf, lineOfError } from '../console/line.ts';
import { say } from '../console/say.ts';
import { noteOverrides } from '../etc/note-overrides.ts';
import type { OfflineBundle } from '../offline/open-bundle.ts';
import { reportTrouble } from '../run/check-in-while-waiting.ts';
import { runAgent } from '../run/run.ts';
import { takeIdentity } from '../server/identity.ts';
import { noteNextRun } from '../state/note-next-run.ts';
import { keepReserve } from '../state/reserve.ts';
import { makeFolder, openStore, type Store } from '../state/store.ts';
import { noteTrouble } from '../state/trouble.ts';
import type { EventBody } from '../state-machine/event.ts';
import type { Memory } from '../state-machine/memory.ts';
import { noteHostAccounts } from '../users/merge-host-accounts.ts';
import { openProgress } from './progress.ts';

/** Errors of the host itself; any other is a fault of the order. */
const opening = /^(disk_|space_missing|tool_failed|state_invalid)/;

/** Errors by which the state machine refuses an order; they are printed and not noted as trouble of the host. */
const refusing = /^(usage|cancel_late|lock_stranded)$/;

/** A stop, Ctrl-C, and a terminal that is gone. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The one agent of a host, open. */
export interface OpenAgent extends Composed {
  paths: Paths;
  settings: Settings;
  /** What is wrong with today's configuration; `settings` are the last that were right then. */
  problem: InterlockError | null;
  store: Store;
  /** What the offline bundle offers, if one stands in for the server. */
  offer: OfflineOffer | null;
  /** Aborted by a stop. */
  signal: AbortSignal;
  run(orders?: EventBody[], once?: boolean): Promise<Memory>;
}

/**
 * Opens the host's agent for one verb; SIGTERM and SIGINT stop it in good order.
 * Throws `busy` when another runs and patience is over.
 */
export async function withAgent<T>(
  root: string,
  use: (agent: OpenAgent) => Promise<T>,
  patience?: Patience,
  bundlePath?: string,
  command: readonly string[] | null = null,
): Promise<T> {
  const paths = pathsOf(root);
  const bundle = bundlePath === undefined ? null : await openBundleAt(bundlePath);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    // systemd's stop is no failure; a person who pressed Ctrl-C has not got what was asked for
    if (signal === 'SIGINT') process.exitCode = statusOf(signal);
    stop.abort();
  };
  for (const name of stopSignals) process.on(name, onSignal);
  // a line that cannot be said must not end an update
  const tell = async (line: Line | null) => line && say(paths, line).catch(() => {});
  const unlock = await holdLock(join(paths.run, 'agent.lock'), 'interlock-agent', patience);
  try {
    await makeFolder(paths.state);
    await tightenTree(paths.state);
    const store = openStore(paths.state);
    await store.load(new Date());
    const { settings, problem, keep } = await readKnownSettings(paths);
    // for people to read, and for a day when the files are wrong: an update must not wait for it
    await Promise.all([noteOverrides(paths), noteHostAccounts(root), keep()]).catch(() => {});
    const identity = await takeIdentity(paths.state, new Date(), (lost) => noteIdentityLost(store, lost));
    const composed = await compose(paths, settings, stop.signal, { identity, problem, bundle, command });
    try {
      return await use({
        ...composed,
        paths,
        settings,
        problem,
        store,
        run,
        signal: stop.signal,
        offer: bundle?.offer ?? null,
      });
    } finally {
      await composed.close();
    }

    async function run(orders: EventBody[] = [], once = false): Promise<Memory> {
      const { name, pollSeconds, retrySeconds } = settings;
      const onProgress = openProgress(paths.run);
      const options = { name, pollSeconds, retrySeconds, orders, once, onProgress, signal: stop.signal };
      await keepReserve(paths.state);
      try {
        const started = new Date();
        const memory = await runAgent(composed.ports, store, options);
        await tell(lineOf(memory, settings.server, composed.ports.wrong ?? null, started));
        await noteTrouble(paths.run, null, new Date());
        await noteNextRun(paths.run, memory);
        return memory;
      } catch (error) {
        if (orders.length > 0 && refusing.test(asInterlockError(error).code)) throw error;
        // the error itself is thrown below, and ends up in the journal
        await noteTrouble(paths.run, error, new Date()).catch(() => {});
        const { memory } = await store.read(new Date());
        await reportTrouble(composed, memory, name ?? composed.running.name, error);
        throw error;
      }
    }
  } catch (error) {
    // before there was anything to run: a disk or an ESP that cannot be opened
    const failure = asInterlockError(error);
    if (opening.test(failure.code)) {
      // the error is thrown below, noted or not
      await noteTrouble(paths.run, error, new Date()).catch(() => {});
      await tell(lineOfError(failure));
    }
    throw error;
  } finally {
    await unlock();
    for (const name of stopSignals) process.off(name, onSignal);
    // sockets kept alive or an effect cut by a stop must not hold the process
    if (stop.signal.aborted) setTimeout(() => process.exit(), 1000).unref();
  }
}

async function noteIdentityLost(store: Store, { code, message }: InterlockError): Promise<void> {
  const now = new Date();
  const { memory } = await store.load(now);
  const problem = `this host enrolls again because its identity was lost: ${message}`;
  const identity = { at: now.toISOString(), code, problem };
  await store.save({ ...memory, lost: { ...memory.lost, identity } });
}

/** Loaded only by the few runs that need it. */
async function openBundleAt(path: string): Promise<OfflineBundle> {
  return (await import('../offline/open-bundle.ts')).openBundle(path);
}
