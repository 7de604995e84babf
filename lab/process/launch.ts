import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { placeTag } from '../../system/process/process-tag.ts';

/** A program of a lab that goes on when the command that started it has ended. */
export interface Program {
  command: readonly [string, ...string[]];
  /** Where it runs, and where its output goes. */
  folder: string;
  log: string;
  /** Gets its tag before the program begins. */
  record: string;
}

/** Shell: the process writes its own tag and then becomes the program, so that nothing can start without being on record. */
const script = `
file=$1 place=$2
shift 2
stat=$(cat /proc/$$/stat)
start() { shift 19; echo "$1"; }
printf '%s.%s.%s\\n' "$place" "$$" "$(start \${stat##*) })" >"$file.new" && mv "$file.new" "$file" || exit 1
exec "$@"
`;

/** Starts a program in a session of its own. Throws when it cannot be started at all. */
export async function launch({ command, folder, log, record }: Program): Promise<void> {
  const out = openSync(log, 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', script, 'sh', record, placeTag(), ...command], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', out, out],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', ({ message }) =>
        reject(new InterlockError('tool_failed', { tool: command[0], status: 'unknown', output: message })),
      );
    });
    child.unref();
  } finally {
    closeSync(out);
  }
}
