import { createHash } from 'node:crypto';
import type { Body } from '../entries/body.ts';
import type { Entry, Tree } from '../entries/entry.ts';
import { openBodies } from '../entries/open-bodies.ts';

/** The content of a path that another tree does not have: text that is equal where the content is. */
export type Changes = Map<string, string>;

/**
 * Files and links among the picked paths whose content is not the same in two trees, with a digest of what the second
 * one has. Owners, modes and times make no difference.
 */
export async function changedPaths(
  before: Tree,
  after: Tree,
  isPicked: (path: string) => boolean,
): Promise<Changes> {
  const changes: Changes = new Map();
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === is || !isPicked(path)) continue;
    if (was?.type === 'file' && is?.type === 'file' && was.body === is.body) continue;
    const now = await contentOf(is);
    if (now !== (await contentOf(was))) changes.set(path, now);
  }
  return changes;
}

async function contentOf(entry: Entry | undefined): Promise<string> {
  if (!entry || entry.type === 'directory') return 'none';
  if (entry.type !== 'file') return `${entry.type} ${entry.linkname}`;
  return `file ${await digestOf(entry.body)}`;
}

async function digestOf(body: Body): Promise<string> {
  const digest = createHash('sha256');
  const bodies = openBodies();
  try {
    for await (const chunk of bodies.read(body)) digest.update(chunk);
  } finally {
    await bodies.close();
  }
  return digest.digest('hex');
}
