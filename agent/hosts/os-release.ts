import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import type { Running } from '../ports/host.ts';

/** What an image says about itself, in `os-release`: `IMAGE_ID`, `IMAGE_VERSION` and the processor's kind. */
export async function readIdentity(file: string): Promise<Pick<Running, 'name' | 'version' | 'arch'>> {
  const values = parseOsRelease(await readFile(file, 'utf8'));
  const value = (key: string) => {
    const found = values.get(key);
    if (!found) throw new InterlockError('config_invalid', { file, problem: `${key} is missing` });
    return found;
  };
  return { name: value('IMAGE_ID'), version: value('IMAGE_VERSION'), arch: archOf(process.arch) };
}

/** Reads `KEY=value` lines with shell quoting. Source: os-release(5). */
export function parseOsRelease(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (!match) continue;
    const [, key, raw] = match as unknown as [string, string, string];
    const quoted = /^(["'])(.*)\1$/.exec(raw);
    values.set(key, (quoted ? quoted[2]! : raw).replace(/\\([\\"'$`])/g, '$1'));
  }
  return values;
}

function archOf(arch: NodeJS.Architecture): Arch {
  return arch === 'arm64' ? 'arm64' : 'x86-64';
}
