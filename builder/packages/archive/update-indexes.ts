import { setTimeout as pause } from 'node:timers/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { run } from '../../../system/process/run.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import { toolProblem } from './tool-problem.ts';

/** Waits between attempts, in milliseconds; a mirror that is being updated is soon in order again. What fails in passing apt itself tries again. */
const usualWaits = [2000, 8000];

/** How many of apt's lines are shown. */
const shown = 6;

/**
 * Fetches and checks the indexes of an apt root. Throws `index_expired`, or `mirror_failed` with apt's own words when asking
 * again did not help.
 */
export async function updateIndexes(config: string, waits: readonly number[] = usualWaits): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await run('apt-get', ['-qq', '-o', 'APT::Update::Error-Mode=any', 'update'], {
        env: aptEnvironment(config),
        lines: 200,
        endsWithUs: true,
      });
      return;
    } catch (error) {
      const output = error instanceof InterlockError ? String(error.details.output) : '';
      const wait = waits[attempt];
      if (wait === undefined || !amidSync.test(output)) throw indexProblem(error, output);
      await pause(wait);
    }
  }
}

const amidSync = /Hash Sum mismatch|unexpected size|Mirror sync in progress/;

function indexProblem(error: unknown, output: string): unknown {
  const [, index, time] = /Release file for (\S+) is expired \(invalid since ([^)]*)\)/.exec(output) ?? [];
  if (index && time) return new InterlockError('index_expired', { index, time }, { cause: error });
  return toolProblem(error, (text) => {
    const said = text
      .split('\n')
      .filter((line) => /^[EW]: /.test(line) && !/^E: Some index files/.test(line));
    const problem = said.length > 0 ? [...new Set(said)].slice(0, shown).join('; ') : text;
    const advice = amidSync.test(text)
      ? 'its files do not belong together; it is probably being updated: '
      : '';
    return { what: 'its package indexes', problem: advice + problem };
  });
}
