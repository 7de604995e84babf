import { print } from './print.ts';

/** What a shell reports for a program that SIGPIPE ended. */
const closedPipeStatus = 141;
/** EX_IOERR: what was printed is lost. */
const unwrittenStatus = 74;

/** Ends the process without a word when whoever reads its output has gone, as SIGPIPE ends programs, and with a reason when its output cannot be written. */
export function endWithOutput(): void {
  const end = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(closedPipeStatus);
    print(`the output cannot be written: ${error.message}`, process.stderr);
    process.exit(unwrittenStatus);
  };
  process.stdout.on('error', end);
  process.stderr.on('error', () => process.exit(closedPipeStatus));
}

/** Keeps a process running when its output is a closed pipe or a full disk: it has more to do than to print. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', () => {});
}
