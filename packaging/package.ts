import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from './contents/runtime.ts';
import { encodeDeb } from './deb/write-deb.ts';
import { interlockPackage } from './packages/interlock.ts';
import { interlockServerPackage } from './packages/interlock-server.ts';
import { describeSource, type Source } from './packages/source.ts';

/** What to make, and where to put it. */
export interface Request {
  out: string;
  architecture: Architecture;
  /** Instead of what git says. */
  source?: Source;
  /** Of gzip; the default is slow and small. */
  level?: number;
}

const root = join(import.meta.dirname, '..');

/** Makes both Debian packages of one architecture from the checkout; returns their files. The same commit gives the same bytes. */
export async function makePackages({ out, architecture, level = 9, source }: Request): Promise<string[]> {
  const made = source ?? describeSource(root);
  mkdirSync(out, { recursive: true });
  const files: string[] = [];
  for (const deb of [
    await interlockPackage(root, made, architecture),
    interlockServerPackage(root, made, architecture),
  ]) {
    const file = join(out, `${deb.control.Package}_${made.version}_${architecture}.deb`);
    writeFileSync(file, await encodeDeb(deb, { epoch: made.epoch, level }));
    files.push(file);
  }
  return files;
}
