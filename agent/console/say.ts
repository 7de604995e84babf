import { constants } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { visible } from '../../protocol/text/visible.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { print } from '../../system/terminal/print.ts';
import type { Paths } from '../config/paths.ts';
import type { Line } from './line.ts';

// a console without a reader must not hold the agent up, and never becomes its terminal
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Says a line on the machine's console and in the journal, unless it was the last one of this boot: whoever waits for a
 * host to appear sees why it does not.
 */
export async function say({ root, run }: Pick<Paths, 'root' | 'run'>, line: Line): Promise<void> {
  const file = join(run, 'console');
  // nothing was said yet, or it is not known: then it is said again
  const last = await readFile(file, 'utf8').catch(() => '');
  if (last === line.topic) return;
  const text = `interlock: ${visible(line.text)}`;
  print(text, process.stderr);
  await writeFile(file, line.topic, { mode: privateFile });
  await write(join(root, 'dev/console'), `\r\n${text}\r\n`);
}

async function write(file: string, text: string): Promise<void> {
  try {
    const device = await open(file, flags);
    try {
      await device.writeFile(text);
    } finally {
      await device.close();
    }
  } catch {
    // hosts on files have no console, nor has every machine; the journal has the line
  }
}
