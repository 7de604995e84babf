import { InterlockError } from '../../protocol/errors.ts';
import { run } from '../../system/run.ts';

/** What a program took: seconds by the clock, and processor seconds of it and of all that it started. */
export interface Taken {
  wall: number;
  cpu: number;
}

/** Runs a program to its end and measures it. Throws `tool_failed`. */
export async function timed(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Taken> {
  const started = performance.now();
  // the second line of `times` (POSIX) is what the shell's children used
  const script = '"$@" > /dev/null || exit; times';
  const printed = await run('sh', ['-c', script, 'sh', ...command], { env });
  const wall = (performance.now() - started) / 1000;
  const last = printed.trim().split('\n').at(-1) ?? '';
  const parts = [...last.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  if (parts.length !== 2) throw new InterlockError('internal', { problem: `times printed ${last}` });
  return { wall, cpu: parts[0]! + parts[1]! };
}
