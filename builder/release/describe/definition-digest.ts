import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Definition } from '../../definition/definition.ts';
import { overlayDigest } from '../../tree/overlay/lay-overlays.ts';

/** One SHA-256 (hex) over everything a definition consists of: its image.toml files, scripts and overlays; the same for every path of its folder. */
export async function definitionDigest({
  dir,
  files,
  scripts,
  overlays,
}: Pick<Definition, 'dir' | 'files' | 'scripts' | 'overlays'>): Promise<string> {
  const lines: string[] = [];
  const note = (path: string, sha256: string) => lines.push(`${sha256}  ${relative(dir, path)}\n`);
  for (const { file, text } of files) note(file, sha256Of(text));
  for (const script of scripts) note(script, sha256Of(await readFile(script)));
  for (const overlay of overlays) note(overlay, await overlayDigest(overlay));
  return sha256Of(lines.join(''));
}

function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
