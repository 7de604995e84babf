import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedCommand } from '../../../protocol/user-data/plan.ts';
import { run } from '../../../system/process/run.ts';
import { noteFiles } from '../record/host-notes.ts';
import { putFile } from './write-file.ts';

/** Where commands wait until everything else is done; the unit that runs them starts while this is there. */
export const commandsFile = '/var/lib/interlock/user-data/commands';
const scripts = '/var/lib/interlock/user-data/scripts';

/**
 * Commands as one shell script, as cloud-init makes it: a later line finds the folder and the variables of an earlier one. With
 * `progress`, a file, each line that was begun is noted, and the script started again goes on behind it; one that failed is noted too.
 */
export function shellScript(commands: readonly PlannedCommand[], progress?: string): string {
  const lines = commands.map(({ run: what }, index) => lineOf(what, index));
  if (!progress) return ['#!/bin/sh', ...lines, ''].join('\n');
  const begun = lines.map(
    (line, index) =>
      `if [ "$interlock_begun" -lt ${index + 1} ]; then\necho ${index + 1} >${progress}; sync ${progress}\n${line}\ninterlock_status=$?\n[ "$interlock_status" = 0 ] || echo "${index + 1} $interlock_status" >>${noteFiles.commands}\nfi`,
  );
  const last = `[ -e ${progress} ] && read -r interlock_begun <${progress} || interlock_begun=0`;
  return ['#!/bin/sh', last, ...begun, ''].join('\n');
}

/** Lays the commands of an instance ready for the unit that runs them, once. */
export async function layCommands(
  root: string,
  instanceId: string,
  commands: readonly PlannedCommand[],
): Promise<void> {
  const laid = `${commandsFile}.laid`;
  // nothing was laid yet
  const last = await readFile(join(root, laid), 'utf8').catch(() => '');
  if (last === instanceId) return;
  const progress = `${commandsFile}.begun`;
  for (const path of [commandsFile, progress, noteFiles.commands])
    await rm(join(root, path), { force: true });
  for (const [index, { run: what }] of commands.entries())
    if (typeof what === 'object' && 'script' in what)
      await putFile(root, `${scripts}/${index + 1}`, what.script, 0o700);
  const text = `${shellScript(commands, progress)}rm -f ${commandsFile} ${progress}\n`;
  await putFile(root, commandsFile, text, 0o700);
  await putFile(root, laid, instanceId, 0o600);
}

/** Runs the commands of an early boot and waits for them. Throws what they said when the last of them fails. */
export async function runCommands(root: string, commands: readonly PlannedCommand[]): Promise<void> {
  const plain = commands.filter(({ run: what }) => typeof what === 'string' || Array.isArray(what));
  await run('/bin/sh', ['-s'], { input: shellScript(plain), cwd: root });
}

function lineOf(what: PlannedCommand['run'], index: number): string {
  if (typeof what === 'string') return what;
  return Array.isArray(what) ? what.map(quoted).join(' ') : `${scripts}/${index + 1}`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
