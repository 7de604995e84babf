import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readState } from '../../../builder/inspect/read-state.ts';
import { putDirectory, putFile } from '../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../builder/tree/entries/entry.ts';
import { emptyVar, linesFile, linksFile, seedsFile } from '../../../builder/tree/state/empty-var.ts';
import { moveHomes } from '../../../builder/tree/state/move-homes.ts';
import { makeRelease } from '../support/made-release.ts';

test('a release tells what became of files in the host’s folders, as its build did', async () => {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  for (const path of ['opt/a b/x', 'var/www/y', 'var/lib/"z"/1', 'root/.profile']) putFile(tree, path, 'x');
  await moveHomes(tree);
  const { moved, seeded } = await emptyVar(tree, { link: ['/var/www'], seed: [], shipped: new Set() });
  const entries = [...tree.values()].map(async ({ path, type, body }) => {
    if (type === 'directory') return { path, type: '5' };
    const content = [linesFile, linksFile, seedsFile].includes(path)
      ? await readBody(body)
      : Buffer.from('x');
    return { path, type: '0', content };
  });
  const dir = await mkdtemp(join(tmpdir(), 'state-'));
  try {
    await makeRelease(dir, (await Promise.all(entries)) as never);
    const found = await readState(join(dir, 'root.erofs'));
    expect(found.seeded.toSorted()).toEqual(seeded.toSorted());
    expect(found.moved).toEqual(moved);
    expect(moved).toHaveLength(2);
    expect(seeded).toHaveLength(2);
  } finally {
    await rm(dir, { recursive: true });
  }
});
