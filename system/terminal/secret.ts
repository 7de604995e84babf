import { StringDecoder } from 'node:string_decoder';
import { visible } from '../../protocol/text/visible.ts';
import { interrupt } from '../process/interrupt.ts';

/** Asks for one line on the terminal and shows none of it. Ctrl-C ends the process; Ctrl-D is no answer. */
export function askSecret(
  question: string,
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let typed = '';
  // unseen from the first key on, also one that was faster than the question
  input.setRawMode(true);
  input.resume();
  output.write(visible(question));
  return new Promise<string>((resolve) => {
    const end = (settle: () => void) => {
      input.setRawMode(false);
      input.pause();
      input.off('data', onData);
      output.write('\n');
      settle();
    };
    const onData = (chunk: Buffer) => {
      for (const key of decoder.write(chunk)) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed.trim()));
        if (key === '\u0003') return end(interrupt);
        if (key === '\u0004') return end(() => resolve(''));
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    input.on('data', onData);
  });
}
