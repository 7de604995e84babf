import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleAgent } from '../../builder/tree/agent/bundle-agent.ts';

/** Lays a program of ours into a folder as images carry the agent; returns its file. */
export async function writeProgram(dir: string, input: string): Promise<string> {
  const { files } = await bundleAgent(input);
  for (const [name, code] of Object.entries({ ...files, 'package.json': '{ "type": "module" }' })) {
    const file = join(dir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  }
  return join(dir, 'agent.js');
}
