import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { hostOf, labPaths, requireLab } from './folder/lab.ts';
import { reachMachine } from './machine/reach.ts';
import type { Outcome } from './machine/shell.ts';

/** What the guest needs beyond the command's own time, emulated and busy. */
const slackSeconds = 60;

/** Runs a command as root inside a host, by its virtio port: no network and no SSH is needed. Throws `host_off`. */
export async function run(
  folder: string,
  name: string,
  command: readonly string[],
  seconds: number,
): Promise<Outcome> {
  const host = hostOf(await requireLab(folder), name);
  const shell = await reachMachine(labPaths(folder).host(host.name), name).shell();
  const late = setTimeout(() => shell.close(), (seconds + slackSeconds) * 1000);
  try {
    return await shell.run(scriptOf(command), seconds);
  } catch (cause) {
    throw new InterlockError(
      'host_not_up',
      { host: name, problem: 'its shell did not answer: it may still boot, or have gone off' },
      { cause },
    );
  } finally {
    clearTimeout(late);
    shell.close();
  }
}

/** One word is a script, as for ssh; several are a command whose words stay words. */
function scriptOf(command: readonly string[]): string {
  const [only = ''] = command;
  if (command.length === 1) return only;
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
