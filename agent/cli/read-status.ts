import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoaderName } from '../../protocol/boot/boot-facts.ts';
import { asInterlockError, type InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { remedyOf } from '../console/line.ts';
import { findOutdated, type Outdated } from '../etc/find-outdated.ts';
import { readLoader } from '../loader/read-loader.ts';
import { readSecureBoot, type SecureBootState } from '../loader/secure-boot/read-state.ts';
import { otherSlot } from '../ports/host.ts';
import type { LoaderEntry } from '../ports/loader.ts';
import type { Progress } from '../run/run.ts';
import { readIdentity } from '../server/identity.ts';
import { lookAtDisk } from '../state/look-at-disk.ts';
import { openStore } from '../state/store.ts';
import { readTrouble } from '../state/trouble.ts';
import { holdOf, type Memory } from '../state-machine/memory.ts';
import { readProblems } from '../user-data/record/read-problems.ts';
import { readRecord, type Record as UserDataRecord } from '../user-data/record/record.ts';
import { lookAt } from './look-at.ts';
import { lookAtWindows, type OwnWindows } from './own-windows.ts';

/** Everything there is to know about a host, from its files and its boot loader. */
export interface Status {
  hostId: string | null;
  settings: Settings;
  memory: Memory;
  /** null: another agent runs and has the ESP. */
  entries: LoaderEntry[] | null;
  outdated: Outdated[];
  secureBoot: SecureBootState;
  /** What started this boot; null when nothing says so. */
  loader: LoaderName | null;
  /** What the host was made from; null without user-data. */
  userData: UserDataRecord | null;
  /** What of them does not hold, warnings included. */
  userDataProblems: UserDataRecord['problems'];
  progress: (Progress & { pid: number }) | null;
  /** The hours in which this host may go down; null: at any time. */
  windows: OwnWindows | null;
  /** What would let the server be asked again. */
  advice: string | null;
  /** What could not be read just now, or is wrong; the next run deals with it. */
  problems: { code: string; problem: string }[];
}

/** Looks at a host and changes nothing; while another agent runs, its progress file is read. */
export async function readStatus(root: string): Promise<Status> {
  const paths = pathsOf(root);
  const problems: InterlockError[] = [];
  const note = <T>(error: unknown, instead: T): T => {
    problems.push(asInterlockError(error));
    return instead;
  };
  const { settings, problem: wrong } = await readKnownSettings(paths);
  if (wrong) problems.push(wrong);
  const identity = await readIdentity(paths.state).catch((error) => note(error, null));
  const { memory, problem } = await openStore(paths.state).read(new Date());
  if (isForbidden(problem)) throw problem;
  const sick = await lookAtDisk(paths.state);
  if (sick) problems.push(sick);
  const trouble = await readTrouble(paths.run);
  const fresh = await lookAt(paths, settings.machine).catch((error) => note(error, null));
  return {
    hostId: identity?.hostId ?? null,
    settings,
    memory: fresh ? { ...memory, running: fresh.running } : memory,
    entries: fresh?.entries ?? null,
    outdated: await findOutdated(paths),
    secureBoot: await readSecureBoot(root),
    loader: await readLoader(root),
    userData: await readRecord(root),
    userDataProblems: await readProblems(root),
    progress: fresh ? null : await readProgress(paths),
    windows: await lookAtWindows(settings.windows, new Date()),
    advice: memory.look?.problem ? remedyOf(memory.look.reason) : null,
    problems: [
      ...problems.map(({ code, message }) => ({ code, problem: message })),
      ...(trouble ? [{ code: trouble.code, problem: `the last run ended early: ${trouble.problem}` }] : []),
    ],
  };
}

/** Another user may not read the state; that must not look like a host without any. */
function isForbidden(problem: InterlockError | null): problem is InterlockError {
  return (problem?.cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';
}

/** The status as JSON. */
export function dataOf({ hostId, settings, memory, problems, ...now }: Status) {
  const { entries, outdated, secureBoot, loader, userData, userDataProblems, progress, advice, windows } =
    now;
  const {
    phase,
    since,
    running,
    wait,
    look: lastLook,
    problem,
    failed,
    barred = {},
    lost = {},
    standing = null,
    reports,
    slots,
    seen,
  } = memory;
  const { server, channel, group, labels, sources } = settings;
  return {
    hostId,
    server,
    channel,
    group,
    labels,
    lock: settings.lock?.kind ?? null,
    running,
    other: running ? (slots[otherSlot(running.slot)] ?? null) : null,
    entries,
    phase,
    since,
    hold: holdOf(phase),
    wait,
    failed,
    barred,
    look: lastLook,
    advice,
    problem,
    problems,
    lost,
    standing,
    reports: reports.length,
    seen,
    outdated,
    secureBoot,
    loader,
    isBootVerified: secureBoot.on && loader !== 'grub',
    userData,
    userDataProblems,
    progress,
    staged: memory.staged ?? null,
    lastTask: memory.lastTask ?? null,
    windows,
    sources,
  };
}

async function readProgress({ run }: Paths): Promise<Status['progress']> {
  // the run under way has not written it yet
  const text = await readFile(join(run, 'progress.json'), 'utf8').catch(() => null);
  return text ? (JSON.parse(text) as Status['progress']) : null;
}
