import { createInterface } from 'node:readline/promises';
import { visible } from '../../protocol/text/visible.ts';
import { interrupt } from '../process/interrupt.ts';

/** Asks on the terminal whether to go on; anything but `yes`, and the end of the input, means no. Ctrl-C ends the process. */
export async function askYes(
  question: string,
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<boolean> {
  return (await askLine(question, input, output)) === 'yes';
}

/** Asks for one line on the terminal; the end of the input is an empty one. Ctrl-C ends the process. */
export async function askLine(
  question: string,
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<string> {
  const asked = createInterface({ input, output });
  const ended = new Promise<string>((resolve) => asked.once('close', () => resolve('')));
  asked.once('SIGINT', () => {
    asked.close();
    output.write('\n');
    interrupt();
  });
  try {
    return (await Promise.race([asked.question(visible(question)), ended])).trim();
  } finally {
    asked.close();
  }
}

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY);
}
