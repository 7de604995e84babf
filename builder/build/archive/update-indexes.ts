import { setTimeout as pause } from 'node:timers/promises';
import { InterlockError } from '../../../protocol/errors.ts';
import { run } from '../../../system/run.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import { toolProblem } from './tool-problem.ts';

/** Waits between attempts, in milliseconds; a mirror that is being updated is soon in order again. */
const waits = [2000, 8000];

/**
 * Fetches and checks the indexes of an apt root. Throws `index_expired`, or `mirror_failed` with apt's own words when asking
 * again did not help.
 */
export async function updateIndexes(config: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await run('apt-get', ['-qq', '-o', 'APT::Update::Error-Mode=any', 'update'], {
        env: aptEnvironment(config),
      });
      return;
    } catch (error) {
      const output = error instanceof InterlockError ? String(error.details.output) : '';
      const wait = waits[attempt];
      if (wait === undefined || !isPassing(output)) throw indexProblem(error, output);
      await pause(wait);
    }
  }
}

const amidSync = /Hash Sum mismatch|unexpected size|Mirror sync in progress/;
/** What may be otherwise in a moment; apt itself asks again where a server does not answer. */
function isPassing(output: string): boolean {
  return amidSync.test(output) || /\b(?:429|5\d\d) {2}\S/.test(output);
}

function indexProblem(error: unknown, output: string): unknown {
  const [, index, time] = /Release file for (\S+) is expired \(invalid since ([^)]*)\)/.exec(output) ?? [];
  if (index && time) return new InterlockError('index_expired', { index, time }, { cause: error });
  const what = 'its package indexes';
  return toolProblem(error, (problem) => {
    if (!amidSync.test(problem)) return { what, problem };
    return { what, problem: `its files do not belong together; it is probably being updated: ${problem}` };
  });
}
