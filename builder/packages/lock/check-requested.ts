import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { readControls } from '../control/read-controls.ts';
import { lockProblems, unrequestedProblem } from './lock-problems.ts';
import type { PackagesLock } from './packages-lock.ts';
import { requiredPackages } from './required-packages.ts';
import { unneededPackages } from './unneeded-packages.ts';

/**
 * Refuses a lock that is not the definition's, or that holds packages it does not ask for, before anything is installed.
 * `files` maps each package's SHA-256 to its .deb. Throws `bad_input` with their names.
 */
export async function checkRequested(
  definition: Definition,
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const problems = await requestProblems(definition, lock, files);
  if (problems.length === 0) return;
  throw new InterlockError('bad_input', { what: 'packages.lock', problem: problems.join('; ') });
}

/**
 * What `checkRequested` refuses, in words. A lock of format 1 does not say what was asked for: what its packages themselves
 * need is read from `files`, where these are given.
 */
export async function requestProblems(
  definition: Definition,
  lock: PackagesLock,
  files: ReadonlyMap<string, string> | undefined,
): Promise<string[]> {
  const problems = lockProblems(lock, definition, definition.arch);
  if (lock.requested || !files) return problems;
  const controls = await readControls(lock.packages.map(({ sha256 }) => files.get(sha256)!));
  const asked = requiredPackages(definition, definition.arch).map((text) => parsePackageName(text).name);
  return [...problems, ...unrequestedProblem(unneededPackages(controls, asked))];
}
