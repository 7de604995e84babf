import { parentPort } from 'node:worker_threads';
import { type FileStretch, matchFiles } from './match-files.ts';

/** One pair of files to compare. */
export interface MatchJob {
  old: FileStretch;
  next: FileStretch;
}

/** What came of it: three numbers for each stretch, 1 for `add` and 0 for `insert`, length, place in the old bytes. */
export type MatchResult = Float64Array<ArrayBuffer>;

parentPort!.on('message', ({ old, next }: MatchJob) => {
  const stretches = matchFiles(old, next);
  const found: MatchResult = new Float64Array(stretches.length * 3);
  stretches.forEach(({ kind, length, from }, index) => {
    found.set([kind === 'add' ? 1 : 0, length, from], index * 3);
  });
  parentPort!.postMessage(found, [found.buffer]);
});
