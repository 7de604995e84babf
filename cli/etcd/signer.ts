import { once } from 'node:events';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { visible } from '../../protocol/text/visible.ts';
import { serveSigner } from '../../signer/serve/serve.ts';
import type { Answer } from '../../system/command/command.ts';
import { outliveOutput } from '../../system/terminal/closed-pipe.ts';
import { print } from '../../system/terminal/print.ts';

/** `interlock etcd signer`: until SIGTERM or SIGINT. */
export async function runSigner(flags: { keys: string; listen: string; name: string[] }): Promise<Answer> {
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  outliveOutput();
  process.umask(0o077);
  const signer = await serveSigner({
    dir: flags.keys,
    ...placeOf(flags.listen),
    names: flags.name,
    log: (text) => print(visible(text)),
  });
  print(`listening on ${signer.url}`);
  await stopped;
  await signer.stop();
  return { text: 'stopped', data: { stopped: true } };
}

function placeOf(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InterlockError('usage', {
    problem: `--listen is ${text}; give an address and a port, such as 0.0.0.0:2390`,
  });
}
