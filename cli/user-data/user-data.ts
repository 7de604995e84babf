import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { readRoot } from '../../builder/root/read-root.ts';
import { parseRelease } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { describePlan } from '../../protocol/user-data/describe-plan.ts';
import { missingFiles } from '../../protocol/user-data/needed-files.ts';
import type { Plan } from '../../protocol/user-data/plan.ts';
import type { Problem } from '../../protocol/user-data/problem.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { readUserData } from '../../system/user-data/read-user-data.ts';
import { formatProblems } from './format-problems.ts';
import { formatSections } from './format-sections.ts';

/** Longer files are no user-data, packed or not. */
const longest = 16 * 1024 * 1024;

/** Adds `interlock user-data`. */
export function addUserData(program: Command): void {
  const userData = group(program, 'user-data', 'Check what machines are given at their first boot');
  verb(
    userData,
    'check <file>',
    'Check user-data, and show what it would do on a host; “-” reads from standard input',
    'interlock user-data check web.yaml --release releases/core-1.0.0-x86-64',
  )
    .option('--release <dir>', 'also check that this release has the programs that the settings need')
    .action(answer(check));
}

async function check(file: string, { release }: { release?: string }): Promise<Answer> {
  const bytes = file === '-' ? await buffer(process.stdin) : await readGiven(file, longest);
  const name = file === '-' ? 'standard input' : file;
  const { plan, problems: found, parts } = readUserData(bytes);
  const problems = [...found, ...(release === undefined ? [] : await missingFrom(release, plan))];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const sections = errors > 0 ? [] : describePlan(plan);
  const failure = errors > 0 ? new InterlockError('user_data_invalid', { file: name, count: errors }) : null;
  if (failure) process.exitCode = failure.row.exit;
  const end = failure
    ? `${failure.message}\n${failure.remedy}`
    : sections.length === 0
      ? 'It asks nothing of a host.'
      : formatSections(sections);
  const text = [formatProblems(problems, name, parts), end].filter(Boolean).join('\n\n');
  return { text, data: { file: name, valid: !failure, problems, plan: sections } };
}

async function missingFrom(folder: string, plan: Plan): Promise<Problem[]> {
  const { name, version } = parseRelease(await readGiven(join(folder, 'release.json')));
  const root = await readRoot(join(folder, 'root.erofs'));
  return missingFiles(plan, `${name} ${version}`, (path) => root.has(path));
}
