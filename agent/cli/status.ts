import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InterlockError } from '../../protocol/errors.ts';
import { answer, verb } from '../../system/command.ts';
import { formatBytes } from '../../system/terminal.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { findOutdated, type Outdated } from '../etc/find-outdated.ts';
import { etcFolders } from '../etc/note-overrides.ts';
import { readSecureBoot, type SecureBootState } from '../loader/secure-boot/read-state.ts';
import type { Memory, Phase } from '../machine/memory.ts';
import type { Hold, LoaderEntry } from '../ports.ts';
import type { Progress } from '../run.ts';
import { readIdentity } from '../server/identity.ts';
import { otherSlot } from '../slots/slot.ts';
import { openStore } from '../state/store.ts';
import { withAgent } from './with-agent.ts';
import { inWords } from './words.ts';

interface Status {
  hostId: string | null;
  settings: Settings;
  memory: Memory;
  /** null: another agent runs and has the ESP. */
  entries: LoaderEntry[] | null;
  outdated: Outdated[];
  secureBoot: SecureBootState;
  progress: (Progress & { pid: number }) | null;
}

/** `interlock-agent status`: the whole truth about this host on one screen. */
export function addStatus(program: Command, root: () => string): void {
  verb(program, 'status', 'Show where this host is, and why', 'interlock-agent status --json').action(
    answer(async () => {
      const status = await readStatus(root());
      return { text: format(status), data: dataOf(status) };
    }),
  );
}

/** The place that a phase holds or may hold. */
export function holdOf(phase: Phase): Hold | null {
  if ('hold' in phase) return phase.hold;
  return phase.at === 'acquiring' ? phase.attempt : null;
}

async function readStatus(root: string): Promise<Status> {
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

function dataOf({ hostId, settings, memory, entries, outdated, secureBoot, progress }: Status) {
  const { phase, since, running, wait, look: lastLook, problem, failed, reports, slots, seen } = memory;
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

function format(status: Status): string {
  const { settings, memory, entries, progress } = status;
  const data = dataOf(status);
  const { running, other, hold } = data;
  const lines: [string, string][] = [
    ['host', `${data.hostId ?? 'not enrolled'}, channel ${data.channel}, group ${data.group}`],
    ['server', data.server ?? 'none'],
    [
      'runs',
      running
        ? `${running.name} ${running.version} in slot ${running.slot}, root ${running.rootHash}`
        : 'unknown',
    ],
    ['other slot', other ? `${other.version}, root ${other.rootHash}` : 'nothing that was seen whole'],
    ...(entries ?? []).map((entry): [string, string] => ['boot entry', entryLine(entry)]),
    ...(entries ? [] : [['boot entries', 'not read: the agent runs now'] as [string, string]]),
    [
      'Secure Boot',
      `${data.secureBoot.on ? 'on' : 'off'}, kernel lockdown ${data.secureBoot.lockdown ?? 'none'}`,
    ],
    ['phase', `${phaseLine(memory.phase)} since ${memory.since}`],
    ...(progress ? [['now', progressLine(progress)] as [string, string]] : []),
    ['lock', settings.lock ? settings.lock.kind : 'not configured: this host does not reboot'],
    [
      'place',
      hold
        ? `${memory.phase.at === 'acquiring' ? 'asked for' : 'held'} in ${hold.kind} ${hold.group}`
        : 'none held',
    ],
    ['last look', lookLine(memory)],
    ...(memory.problem
      ? [
          ['problem', `${memory.problem.at} ${memory.problem.code}: ${memory.problem.problem}`] as [
            string,
            string,
          ],
        ]
      : []),
    ['next run', memory.wait ? `${memory.wait.until}: ${inWords(memory.wait.reason)}` : 'now'],
    ...Object.values(memory.failed).map(({ version, reason, at }): [string, string] => [
      'failed here',
      `${version} at ${at}: ${reason}`,
    ]),
    ...data.outdated.map(({ path, image }): [string, string] => ['own file', outdatedLine(path, image)]),
    ['reports', `${data.reports} waiting for the server`],
    ['config', settings.sources.join(' ') || 'no file'],
  ];
  return lines.map(([label, text]) => `${label.padEnd(13)}${text}`).join('\n');
}

function entryLine({ generation, slot, title, triesLeft, triesDone }: LoaderEntry): string {
  const tries = triesLeft === null ? 'marked good' : `${triesLeft} tries left, ${triesDone} done`;
  return `${generation}: slot ${slot}, ${title}, ${tries}`;
}

function outdatedLine(path: string, image: Outdated['image']): string {
  const { image: folder } = etcFolders(pathsOf('/'));
  const where = image === 'removed' ? '' : ` to ${join(folder, path)}`;
  return `/etc/${path} is older than what the image ${image}${where}`;
}

function phaseLine(phase: Phase): string {
  const version = 'plan' in phase ? phase.plan.goal.version : 'goal' in phase ? phase.goal.version : '';
  const reason = 'reason' in phase ? ` (${phase.reason})` : '';
  return `${phase.at} ${version}`.trim() + reason;
}

function progressLine({ step, done, total, pid }: NonNullable<Status['progress']>): string {
  const share = total > 0 ? ` ${formatBytes(done)} of ${formatBytes(total)}` : '';
  return `${step}${share}, pid ${pid}`;
}

function lookLine({ look: last }: Memory): string {
  if (!last) return 'never';
  if (last.offered) return `${last.at}: ${last.offered} is offered`;
  return `${last.at}: ${last.problem || inWords(last.reason)}`;
}
