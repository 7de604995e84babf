import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { run } from '../../system/process/run.ts';

/** What a program took: seconds by the clock, processor seconds of it and of all that it started, and peak memory. */
export interface Taken {
  wall: number;
  cpu: number;
  /** Bytes resident at most, of the largest of its processes. */
  peak: number;
}

/** Runs a program to its end and measures it; what it prints is dropped, or kept in a file. Throws `tool_failed`. */
export async function timed(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  printed = '/dev/null',
): Promise<Taken> {
  const folder = await mkdtemp(join(tmpdir(), 'timed-'));
  const report = join(folder, 'report');
  try {
    const script = 'out=$1; shift; exec "$@" > "$out"';
    const words = ['-f', '%e %U %S %M', '-o', report, 'sh', '-c', script, 'sh', printed, ...command];
    await run('/usr/bin/time', words, { env });
    const [wall, user, system, kib] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
    const taken = { wall: wall!, cpu: user! + system!, peak: kib! * 1024 };
    if (Number.isFinite(taken.cpu + taken.peak)) return taken;
    throw new InterlockError('internal', { problem: `time printed ${await readFile(report, 'utf8')}` });
  } finally {
    await rm(folder, { recursive: true });
  }
}
