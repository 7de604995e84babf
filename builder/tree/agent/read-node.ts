import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { BundledPackage } from './bundle-agent.ts';
import { nodeFolder } from './fetch-node.ts';
import { stripElf } from './strip-elf.ts';

/** The Node that this project pins, stripped: images run the very binary that the tests ran. Throws `node_missing`. */
export async function readNode(arch: Arch): Promise<Buffer> {
  return stripElf(await readFile(join(await nodeFolder(arch), 'bin/node')));
}

/** Name and version of the npm package that brings that Node. */
export async function nodePackage(arch: Arch): Promise<BundledPackage> {
  const text = await readFile(join(await nodeFolder(arch), 'package.json'), 'utf8');
  const { name, version } = JSON.parse(text);
  return { name, version };
}
