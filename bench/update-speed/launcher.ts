import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeProgram } from '../../test/support/write-program.ts';

const writer = 'test/agent/write/write-once.ts';
const shipped = new URL('../../agent/dist/usr/bin/interlock-agent', import.meta.url);

/** A program that writes one release into a host's other slot, bundled and started as the agent is on a host. */
export async function makeLauncher(dir: string): Promise<string> {
  const program = await writeProgram(dir, writer);
  const own = (await readFile(shipped, 'utf8'))
    .replace('/usr/lib/interlock/node', process.execPath)
    .replace('/usr/lib/interlock/agent.js', program);
  const file = join(dir, 'launcher');
  await writeFile(file, own, { mode: 0o755 });
  return file;
}
