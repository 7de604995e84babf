import type { Tree } from '../../tree/entries/entry.ts';
import type { Finding } from './finding.ts';
import { type GeneratedUnits, generatedUnits } from './generated-units.ts';
import { inPath, type Missing, nameOf, notInPath, type Programs } from './programs.ts';
import { openUnits, type ReadUnit } from './read-unit.ts';
import { startedUnits } from './started-units.ts';
import { unknownUsers } from './unknown-users.ts';

/** Without these a service does not start. */
const needed = ['ExecCondition', 'ExecStartPre', 'ExecStart'];
const later = ['ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'];
/** What lies here is the host's, or made while it runs. */
const ofTheHost = /^\/(var|run|home|root|opt|srv|tmp|dev|proc|sys|usr\/local)(\/|$)/;

/** Checks the units that a boot starts: their programs with what those need, their users and groups, and masks. */
export async function checkUnits(
  tree: Tree,
  enabled: readonly string[],
  programs: Programs,
): Promise<Finding[]> {
  const unknownIn = await unknownUsers(tree);
  const findings: Finding[] = [];
  const started = await startedUnits(openUnits(tree), enabled);
  const isGenerated = await generatedUnits(tree);
  for (const unit of started.values()) {
    if (unit.isMasked) {
      if (enabled.includes(unit.name)) findings.push(masked(unit.name));
      continue;
    }
    findings.push(...unmet(unit, started, isGenerated));
    if (!unit.name.endsWith('.service') || hasOwnRoot(unit)) continue;
    findings.push(...(await withoutProgram(tree, unit, programs)), ...unknownIn(unit));
  }
  return findings;
}

/** The commands of a service whose program would not run. */
async function withoutProgram(tree: Tree, unit: ReadUnit, programs: Programs): Promise<Finding[]> {
  const findings: Finding[] = [];
  const commands = [...needed, ...later].flatMap((key) =>
    (unit.values.get(`Service.${key}`) ?? []).map((command) => ({ key, command })),
  );
  for (const { key, command } of commands) {
    const missing = await missingOf(tree, command, unit, programs);
    if (!missing) continue;
    const text = `${unit.name}, ${key}=: ${nameOf(missing)} ${missing.problem}`;
    findings.push({ text, path: missing.path, isWarning: !needed.includes(key) });
  }
  return findings;
}

function masked(unit: string): Finding {
  const text = `${unit} is to start and is masked: remove it from units, or whatever masks it`;
  return { text, path: null, isWarning: false };
}

/** A unit fails at once when one that it requires is masked, or is not there and no generator makes it. */
function unmet(
  { name, values }: ReadUnit,
  started: ReadonlyMap<string, ReadUnit>,
  isGenerated: GeneratedUnits,
): Finding[] {
  const required = ['Unit.Requires', 'Unit.BindsTo'].flatMap((key) => values.get(key) ?? []);
  return required
    .flatMap((value) => value.split(/\s+/))
    .filter((other) => /\.(service|socket|target|timer|path)$/.test(other) && !other.includes('%'))
    .flatMap((other) => {
      const found = started.get(other);
      if (found ? !found.isMasked : isGenerated(other)) return [];
      const text = `${name} requires ${other}, which ${found ? 'is masked' : 'is not in the image'}`;
      return [{ text, path: null, isWarning: !found }];
    });
}

function hasOwnRoot({ values }: ReadUnit): boolean {
  return ['RootDirectory', 'RootImage'].some((key) => values.get(`Service.${key}`)?.length);
}

/** What keeps the program of a command line from running; nothing where only the running host can know. */
async function missingOf(
  tree: Tree,
  command: string,
  unit: ReadUnit,
  programs: Programs,
): Promise<Missing | undefined> {
  const [, prefix = '', rest = ''] = /^([-@:+!|]*)\s*(.*)$/s.exec(command) ?? [];
  if (prefix.includes('-') || prefix.includes('|')) return undefined;
  const program = firstWord(rest).replaceAll('%%', '\0');
  if (program === '' || /[%$]/.test(program) || ofTheHost.test(program)) return undefined;
  const word = program.replaceAll('\0', '%');
  const path = word.startsWith('/') ? word.replace(/^\/+/, '') : inPath(tree, word);
  const problem =
    path === undefined ? notInPath(tree, word) : await programs(Buffer.from(path, 'utf8').toString('latin1'));
  if (!problem || isGuarded(unit, word) || ofTheHost.test(nameOf(problem))) return undefined;
  return problem;
}

/** True when a condition on the program itself skips the unit where it is missing. */
function isGuarded({ values }: ReadUnit, program: string): boolean {
  const keys = ['ConditionPathExists', 'ConditionFileIsExecutable', 'ConditionFileNotEmpty'];
  return keys.some((key) => values.get(`Unit.${key}`)?.some((value) => value.replace(/^\|/, '') === program));
}

function firstWord(text: string): string {
  const [, double, single, plain = ''] =
    /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S*))/.exec(text) ?? [];
  return double ?? single ?? plain;
}
