import { showRequest } from '../../../builder/request/sign-request.ts';
import { addChannel } from '../../../cli/channel.ts';
import { addKeys } from '../../../cli/keys.ts';
import { addPromote } from '../../../cli/promote.ts';
import { addSign } from '../../../cli/sign.ts';
import { createProgram } from '../../../system/command/command.ts';

/** Runs `interlock` with these words in this process: what an owner of keys types. Throws what the command throws. */
export async function type(words: string): Promise<void> {
  const program = createProgram('interlock', 'keys and channels alone');
  for (const add of [addKeys, addSign, addChannel, addPromote]) add(program);
  const [write, writeError] = [process.stdout.write, process.stderr.write];
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  try {
    await program.parseAsync(words.split(' '), { from: 'user' });
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
  }
}

/** A holder reads a request and signs what was shown. */
export async function signAsShown(request: string, keysDir: string): Promise<void> {
  const { digest } = await showRequest(request, keysDir);
  await type(`sign --request ${request} --keys ${keysDir} --digest ${digest}`);
}
