import { join } from 'node:path';
import { phaseTexts } from '../../protocol/rules/phase-texts.ts';
import { formatLabels } from '../../protocol/schema/format-labels.ts';
import { visible } from '../../protocol/text/visible.ts';
import { bar, formatBytes, formatSeconds, terminalWidth } from '../../system/terminal/progress.ts';
import { formatFacts, formatTable, text } from '../../system/terminal/table.ts';
import { pathsOf } from '../config/paths.ts';
import { waiting } from '../console/line.ts';
import { etcFolders } from '../etc/note-overrides.ts';
import type { SlotName } from '../ports/host.ts';
import type { LoaderEntry } from '../ports/loader.ts';
import { mayStand, strandedIn } from '../state-machine/lost.ts';
import { holdOf } from '../state-machine/memory.ts';
import type { TaskPhase } from '../state-machine/task-effects.ts';
import { describeReason, goalOf } from './describe.ts';
import type { Status } from './read-status.ts';

const barWidth = 20;
type Fact = [label: string, text: string];

/** A host's status for people: one line that says it all, the two slots, and what stands behind it. */
export function formatStatus(status: Status, now: Date, width = terminalWidth()): string {
  const { settings, memory, secureBoot, hostId } = status;
  const facts: Fact[] = [
    ...progressOf(status),
    ...waitOf(status, now),
    ...windowsOf(status),
    ['last check', lookOf(status, now)],
    ...adviceOf(status),
    ...problemOf(status, now),
    ['lock', lockOf(status)],
    ...taskOf(status, now),
    ...Object.values(memory.failed).map(
      ({ version, reason, at }): Fact => ['failed here', `${version}, ${ago(at, now)}: ${reason}`],
    ),
    ...Object.values(memory.barred ?? {}).map(
      ({ versions, at }): Fact => ['cancelled here', barredLine(versions, ago(at, now))],
    ),
    ...status.outdated.map(({ path, image }): Fact => ['/etc', outdatedLine(path, image)]),
    ['reports', memory.reports.length > 0 ? `${memory.reports.length} not sent yet` : 'all sent'],
    ...loaderOf(status),
    ['boot', `Secure Boot ${secureBoot.on ? 'on' : 'off'}, kernel lockdown ${secureBoot.lockdown ?? 'none'}`],
    ...userDataOf(status),
    ['server', `${settings.server ?? 'none'}, channel ${settings.channel}, group ${settings.group}`],
    ...labelsOf(status),
    ['host', hostId ?? 'not enrolled'],
    ['config', settings.sources.join(' ') || 'no file'],
  ];
  return [visible(headline(status, now)), '', slotsOf(status, width), '', formatFacts(facts, width)].join(
    '\n',
  );
}

function windowsOf({ windows }: Status): Fact[] {
  if (!windows) return [];
  const { isOpen, until } = windows;
  if (!until) return [['windows', 'open at all times']];
  return [['windows', isOpen ? `open until ${until}` : `closed; the next one opens at ${until}`]];
}

function taskOf({ memory: { lastTask } }: Status, now: Date): Fact[] {
  if (!lastTask) return [];
  const { name, at, ok, problem } = lastTask;
  return [['maintenance', `${name}, ${ago(at, now)}: ${ok ? 'done' : problem}`]];
}

function labelsOf({ settings: { labels } }: Status): Fact[] {
  const text = formatLabels(labels);
  return text ? [['labels', text]] : [];
}

/** A BIOS asks for no signature, whatever the disk says. */
function loaderOf({ loader }: Status): Fact[] {
  if (!loader) return [];
  const texts = {
    'systemd-boot': 'systemd-boot, by UEFI',
    grub: 'GRUB, by BIOS: this boot is not verified, nothing checked kernel and initrd',
    none: 'none: the kernel was started directly',
  };
  return [['loader', texts[loader]]];
}

function userDataOf({ userData, userDataProblems }: Status): Fact[] {
  const problems = userDataProblems.map(({ item, problem }): Fact => ['user-data', `${item}: ${problem}`]);
  if (!userData) return problems;
  return [['user-data', `${userData.source}, instance ${userData.instanceId}`], ...problems];
}

/** Lamps: a form for each, so that nobody needs their colour. */
const lamps = { good: '●', working: '◐', waiting: '○', bad: '✗' };

function headline({ memory }: Status, now: Date): string {
  const { running, phase, wait, look, since } = memory;
  const runs = running
    ? `${running.name} ${running.version} in slot ${running.slot}`
    : 'running slot unknown';
  if ('task' in phase) return taskLine(phase, runs, memory, now);
  const goal = goalOf(phase);
  const reason = (look?.offered ? wait?.reason : look?.reason) ?? '';
  if (phase.at === 'idle' || !goal) {
    const isGood = reason === 'up_to_date' || reason === 'updated';
    if (isGood) return `${lamps.good} ${runs}: up to date`;
    if (reason === 'failed_here') return `${lamps.bad} ${runs}: the next version failed here`;
    if (reason === 'cancelled_here') return `${lamps.waiting} ${runs}: the next version was cancelled here`;
    if (look?.problem) return `${lamps.bad} ${runs}: the last check failed`;
    return `${lamps.waiting} ${runs}: ${look ? 'waits' : 'has not checked for updates yet'}`;
  }
  const isBad = phase.at === 'condemned' || phase.at === 'fellBack' || phase.at === 'healed';
  const lamp = isBad ? lamps.bad : wait ? lamps.waiting : lamps.working;
  return `${lamp} ${runs} → ${goal}: ${phaseTexts[phase.at].text}, for ${formatSeconds((now.getTime() - Date.parse(since)) / 1000)}`;
}

/** Maintenance in one line. */
function taskLine(phase: TaskPhase, runs: string, { wait, since }: Status['memory'], now: Date): string {
  const isLost = phase.at === 'working' && phase.lost;
  const text = isLost
    ? 'cut off; this host keeps its place until: interlock-agent reboot'
    : phaseTexts[phase.at].text;
  const isBad = isLost || (phase.at === 'returning' && !phase.end.ok);
  const lamp = isBad ? lamps.bad : wait ? lamps.waiting : lamps.working;
  return `${lamp} ${runs}; ${phase.task.name}: ${text}, for ${formatSeconds((now.getTime() - Date.parse(since)) / 1000)}`;
}

function slotsOf({ memory, entries }: Status, width: number): string {
  const { running, slots } = memory;
  const next = [...(entries ?? [])]
    .toSorted((a, b) => b.generation - a.generation)
    .find(({ triesLeft }) => triesLeft === null || triesLeft > 0);
  const rows = (['a', 'b'] as SlotName[]).map((slot) => {
    const holds = running?.slot === slot ? running : slots[slot];
    const own = entries?.filter((entry) => entry.slot === slot) ?? [];
    return [
      running?.slot === slot ? `${slot}  runs` : slot,
      holds?.version ?? '-',
      holds ? holds.rootHash.slice(0, 16) : 'no complete image',
      entries
        ? own.map((entry) => entryText(entry, entry === next)).join('; ') || 'none'
        : 'not read: agent running',
    ];
  });
  return formatTable(['SLOT', 'VERSION', 'ROOT HASH', text('BOOT ENTRY')], rows, width);
}

function entryText({ generation, triesLeft, triesDone }: LoaderEntry, isNext: boolean): string {
  const tries = triesLeft === null ? 'good' : `${triesLeft} tries left, ${triesDone} done`;
  return `${generation}: ${tries}${isNext ? ', boots next' : ''}`;
}

function progressOf({ progress }: Status): Fact[] {
  if (!progress) return [];
  const { step, done, total, pid } = progress;
  const share =
    total > 0 ? `${bar(done / total, barWidth)} ${formatBytes(done)} of ${formatBytes(total)}, ` : '';
  return [['now', `${step} ${share}process ${pid}`]];
}

function waitOf({ memory, progress }: Status, now: Date): Fact[] {
  const { wait, problem } = memory;
  if (!wait) return progress ? [] : [['next run', 'when the timer starts it next']];
  const left = (Date.parse(wait.until) - now.getTime()) / 1000;
  const when = left > 0 ? `in ${formatSeconds(left)}` : 'due';
  const isShown = wait.reason === problem?.problem;
  return [['next run', isShown ? when : `${when}: ${describeReason(wait.reason)}`]];
}

function lookOf({ memory }: Status, now: Date): string {
  const { look } = memory;
  if (!look) return 'never';
  const found = look.offered ? `${look.offered} is offered` : look.problem || describeReason(look.reason);
  return `${ago(look.at, now)}: ${found}${look.unapproved ? `; at the server, ${waiting}` : ''}`;
}

/** What a person can do when the last check failed. */
function adviceOf({ advice }: Status): Fact[] {
  return advice ? [['to do', advice]] : [];
}

function problemOf({ memory, problems }: Status, now: Date): Fact[] {
  const { problem, lost = {} } = memory;
  const lines = Object.values(lost);
  const isShown = (text: string) => lines.some((line) => line.problem.includes(text));
  return [
    ...problems
      .filter((line) => !isShown(line.problem))
      .map((line): Fact => ['problem', `${line.code}: ${line.problem}`]),
    ...(problem && !isShown(problem.problem)
      ? [['problem', `${ago(problem.at, now)}, ${problem.code}: ${problem.problem}`] as Fact]
      : []),
    ...lines.map(
      (line): Fact => [
        'lost',
        `${ago(line.at, now)}, ${line.code}: ${line.problem}; reported until: interlock-agent acknowledge`,
      ],
    ),
  ];
}

function lockOf({ settings, memory }: Status): string {
  const { lock, group } = settings;
  const hold = holdOf(memory.phase);
  const configured = lock ? `${lock.kind}, group ${group}` : 'not configured: this host does not reboot';
  if (!hold || hold.nonce === '') return `${configured}; ${placeOf(memory)}`;
  return `${configured}; a place ${'attempt' in memory.phase && 'maybe' in memory.phase ? 'requested' : 'held'} in ${hold.kind} ${hold.group}`;
}

/** A host that lost its memory cannot say that it holds nothing. */
function placeOf(memory: Status['memory']): string {
  if (memory.standing) return strandedIn(memory.standing).message;
  if (!mayStand(memory)) return 'no place held';
  return memory.lost?.state?.isAsked
    ? 'no place held, and the lock shows none under this host’s id'
    : 'the memory was lost: it is not known whether the lock has a place under this host’s id';
}

function barredLine(versions: readonly string[], when: string): string {
  return `${versions.join(', ')}, ${when}; skipped until: interlock-agent update --retry ${versions[0]}`;
}

function outdatedLine(path: string, image: Status['outdated'][number]['image']): string {
  const { image: folder } = etcFolders(pathsOf('/'));
  const where = image === 'removed' ? '' : ` to ${join(folder, path)}`;
  return `${path} is older than what the image ${image}${where}`;
}

function ago(time: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  return seconds < 1 ? 'just now' : `${formatSeconds(seconds)} ago`;
}
