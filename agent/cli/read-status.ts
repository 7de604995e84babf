import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { findOutdated, type Outdated } from '../etc/find-outdated.ts';
import { readSecureBoot, type SecureBootState } from '../loader/secure-boot/read-state.ts';
import type { Memory, Phase } from '../machine/memory.ts';
import type { Hold, LoaderEntry } from '../ports.ts';
import type { Progress } from '../run.ts';
import { readIdentity } from '../server/identity.ts';
import { otherSlot } from '../slots/slot.ts';
import { openStore } from '../state/store.ts';
import { withAgent } from './with-agent.ts';

/** Everything there is to know about a host, from its files and its boot loader. */
export interface Status {
  hostId: string | null;
  settings: Settings;
  memory: Memory;
  /** null: another agent runs and has the ESP. */
  entries: LoaderEntry[] | null;
  outdated: Outdated[];
  secureBoot: SecureBootState;
  progress: (Progress & { pid: number }) | null;
}

/** Looks at a host and changes nothing; while another agent runs, what that one tells of its progress is read. */
export async function readStatus(root: string): Promise<Status> {
  const paths = pathsOf(root);
  const settings = await readSettings(paths);
  const hostId = (await readIdentity(paths.state))?.hostId ?? null;
  const { memory, problem } = await openStore(paths.state).load(new Date());
  if (problem) throw problem;
  const fresh = await look(root);
  return {
    hostId,
    settings,
    memory: fresh ? { ...memory, running: fresh.running } : memory,
    entries: fresh?.entries ?? null,
    outdated: await findOutdated(paths),
    secureBoot: await readSecureBoot(root),
    progress: fresh ? null : await readProgress(paths),
  };
}

/** The same for programs. */
export function dataOf({ hostId, settings, memory, entries, outdated, secureBoot, progress }: Status) {
  const {
    phase,
    since,
    running,
    wait,
    look: lastLook,
    problem,
    failed,
    barred = {},
    reports,
    slots,
    seen,
  } = memory;
  const { server, channel, group, sources } = settings;
  return {
    hostId,
    server,
    channel,
    group,
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
    problem,
    reports: reports.length,
    seen,
    outdated,
    secureBoot,
    progress,
    sources,
  };
}

/** The place that a phase holds or may hold. */
export function holdOf(phase: Phase): Hold | null {
  if ('hold' in phase) return phase.hold;
  return phase.at === 'acquiring' ? phase.attempt : null;
}

async function look(root: string) {
  try {
    return await withAgent(root, async ({ running, ports }) => ({
      running,
      entries: await ports.loader.entries(),
    }));
  } catch (error) {
    if (error instanceof InterlockError && error.code === 'busy') return null;
    throw error;
  }
}

async function readProgress({ run }: Paths): Promise<Status['progress']> {
  const text = await readFile(join(run, 'progress.json'), 'utf8').catch(() => null);
  return text ? (JSON.parse(text) as Status['progress']) : null;
}
