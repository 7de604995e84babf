import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { print } from '../../system/terminal/print.ts';
import { readUserData } from '../../system/user-data/read-user-data.ts';
import { formatProblems } from '../user-data/format-problems.ts';

/** Prints what is wrong with user-data, and refuses those that no host would apply. Gives whether they name another update server. */
export async function checkUserData(file: string): Promise<{ hasServer: boolean }> {
  const { plan, problems, parts } = readUserData(await readGiven(file));
  if (problems.length > 0) print(formatProblems(problems, file, parts), process.stderr);
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (count > 0) throw new InterlockError('user_data_invalid', { file, count });
  return { hasServer: plan.agent?.inputs.server !== undefined };
}
