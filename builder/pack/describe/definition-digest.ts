import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { layOverlay } from '../../build/overlay/lay-overlay.ts';
import { putDirectory } from '../../build/tree/change.ts';
import type { Tree } from '../../build/tree/entry.ts';
import { writeTree } from '../../build/tree/write-tree.ts';
import type { Definition } from '../../define/definition.ts';

/** One SHA-256 (hex) over everything a definition consists of: its image.toml files, scripts and overlays; the same wherever it lies. */
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

async function overlayDigest(folder: string): Promise<string> {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  await layOverlay(tree, folder);
  const digest = createHash('sha256');
  for await (const chunk of writeTree(tree, 0)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
