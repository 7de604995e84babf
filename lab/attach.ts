import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { hostOf, labPaths, requireLab } from './folder/lab.ts';
import { reachMachine } from './machine/reach.ts';

/** Ctrl-]: ends the connection, and leaves the host as it is. */
const escapeKey = 0x1d;

/** What a host's console said since power-on, raw. */
export async function consoleLog(folder: string, name: string): Promise<string> {
  const host = hostOf(await requireLab(folder), name);
  return reachMachine(labPaths(folder).host(host.name), name).log();
}

/** Lays this terminal onto a host's serial console until Ctrl-], or until the host goes off. Throws `host_off`. */
export async function attachConsole(folder: string, name: string): Promise<void> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY)
    throw new InterlockError('usage', { problem: 'a console needs a terminal; to read it: --log' });
  const host = hostOf(await requireLab(folder), name);
  const socket = await reachMachine(labPaths(folder).host(host.name), name).console();
  stdin.setRawMode(true);
  try {
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.pipe(stdout, { end: false });
      stdin.on('data', (keys: Buffer) => {
        const end = keys.indexOf(escapeKey);
        socket.write(end < 0 ? keys : keys.subarray(0, end));
        if (end >= 0) resolve();
      });
      // an empty line brings the prompt
      socket.write('\r');
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    socket.destroy();
  }
}
