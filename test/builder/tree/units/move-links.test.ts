import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { moveLinks } from '../../../../builder/tree/units/move-links.ts';
import { systemFolders } from '../../../../builder/tree/units/unit-folders.ts';
import { layUnits } from './lay-units.ts';
import { addLinks, chance, makeUnits, names } from './make-units.ts';

const systemd = '/usr/lib/systemd/systemd';
const run = promisify(execFile);
const wanted = [
  ...names,
  'al.service',
  'al2.service',
  'al3.service',
  'e.target',
  'f.target',
  'default.target',
];

/** What systemd itself makes of a tree: of each unit its names, whether it is masked, its file and what it starts. */
async function seenBySystemd(tree: Tree): Promise<Record<string, string[]>> {
  const root = mkdtempSync(join(tmpdir(), 'manager-'));
  try {
    const linkTo = (target: string) => (/^\/(?:etc|usr)\//.test(target) ? root + target : target);
    await layUnits(tree, root, linkTo);
    chmodSync(root, 0o755);
    const paths = systemFolders.search.map((folder) => join(root, folder)).join(':');
    const env = { ...process.env, SYSTEMD_UNIT_PATH: paths, HOME: '/' };
    // it refuses to do this as root
    const user = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout } = await run(systemd, ['--test', '--system', '--no-pager', '--unit=all.target'], {
      env,
      ...user,
      maxBuffer: 64 * 1024 * 1024,
    });
    return unitsIn(stdout, root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function unitsIn(output: string, root: string): Record<string, string[]> {
  const seen: Record<string, string[]> = {};
  for (const part of output.split('\t-> Unit ').slice(1)) {
    const name = /^[^\n]*(?=:\n)/.exec(part)?.[0] ?? '';
    const lines = part.match(
      /^\t\t(?:Alias|Unit Load State|Fragment Path|(?:Wants|Requires|Upholds): .*origin-file).*$/gm,
    );
    if (/\.(?:slice|mount|device)$/.test(name) || !lines) continue;
    seen[name] ??= lines.map((line) => line.trim().replace(root, '')).toSorted();
  }
  return seen;
}

describe.skipIf(!existsSync(systemd))('moving links out of /etc', () => {
  it.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    'changes nothing for systemd: seed %i',
    async (seed) => {
      const random = chance(seed);
      const tree = makeUnits(random, 'system', ['Unknown'], true);
      addLinks(random, tree);
      const all = wanted.filter((name) => !name.includes('@.')).join(' ');
      putFile(tree, 'usr/lib/systemd/system/all.target', `[Unit]\nDefaultDependencies=no\nWants=${all}\n`);
      const moved: Tree = new Map(tree);
      moveLinks(moved);
      const [before, after] = await Promise.all([seenBySystemd(tree), seenBySystemd(moved)]);
      expect(Object.keys(before).length).toBeGreaterThan(10);
      expect(after).toEqual(before);
    },
  );
});
