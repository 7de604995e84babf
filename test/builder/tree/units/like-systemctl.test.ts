import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parentOf } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { applyPresets } from '../../../../builder/tree/units/apply-presets.ts';
import { enable } from '../../../../builder/tree/units/enable.ts';
import { searchUnits } from '../../../../builder/tree/units/find-units.ts';
import { systemFolders, userFolders } from '../../../../builder/tree/units/unit-folders.ts';
import { layUnits } from './lay-units.ts';
import { addPresets, type Chance, chance, makeUnits, names } from './make-units.ts';

const version = Number(
  /^systemd (\d+)/.exec(spawnSync('systemctl', ['--version']).stdout?.toString() ?? '')?.[1] ?? 0,
);
const keys = ['WantedBy', 'RequiredBy', 'Alias', 'Also', 'DefaultInstance', 'Unknown'];

/** Every link below a folder, and where it leads. */
function linksIn(root: string, folder: string): string[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  );
  return (
    found
      .filter((path) => lstatSync(join(root, path)).isSymbolicLink())
      .map((path) => `${path} -> ${readlinkSync(join(root, path))}`)
      // before 255, an alias of a linked unit led past its link
      .map((line) => line.replace(/(m\.service -> )\/opt\//, `$1/${folder}/`))
      .toSorted()
  );
}

function linksOf(tree: Tree, folder: string): string[] {
  return [...tree.values()]
    .filter(({ type, path }) => type === 'symlink' && path.startsWith(`${folder}/`))
    .map(({ path, linkname }) => `${path} -> ${linkname}`)
    .toSorted();
}

/** What is left in /etc when systemctl, and when Interlock, did the same to the same units; `failed` when they refuse. */
async function both(
  tree: Tree,
  manager: 'system' | 'user',
  verb: string[],
  act: (tree: Tree) => Promise<unknown>,
) {
  const root = mkdtempSync(join(tmpdir(), 'units-'));
  const folder = `etc/systemd/${manager}`;
  try {
    await layUnits(tree, root);
    mkdirSync(join(root, folder), { recursive: true });
    const scope = manager === 'user' ? ['--global'] : [];
    const { status, stderr } = spawnSync('systemctl', [`--root=${root}`, ...scope, ...verb], {
      encoding: 'utf8',
    });
    // systemd 252 forgets some failures in its exit status
    const theirs =
      status === 0 && !(verb[0] === 'enable' && /^Failed to(?!.*ignoring)/m.test(stderr))
        ? linksIn(root, folder)
        : 'failed';
    const ours = await act(tree).then(
      () => linksOf(tree, folder),
      (error: { code?: string }) => {
        if (error.code !== 'bad_input') throw error;
        return 'failed' as const;
      },
    );
    return { theirs, ours, stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const seeds = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);

describe.skipIf(version === 0)('held against systemctl --root', () => {
  it.each(seeds(120, 1))('enables a unit: seed %i', async (seed) => {
    const random: Chance = chance(seed);
    const manager = seed % 10 === 0 ? 'user' : 'system';
    const tree = makeUnits(random, manager, version >= 254 ? [...keys, 'UpheldBy'] : keys);
    const present = names.filter((name) => [...tree.keys()].some((path) => path.endsWith(`/${name}`)));
    const unit = present[random(present.length)] ?? 'absent.service';
    const folders = manager === 'user' ? userFolders : systemFolders;
    const search = await searchUnits(tree, folders, 'x86-64');
    const { theirs, ours, stderr } = await both(tree, manager, ['enable', unit], () =>
      enable(search, [unit]),
    );
    expect({ unit, links: ours }, stderr).toEqual({ unit, links: theirs });
  });
  it.each(seeds(30, 1001))('applies presets to all units: seed %i', async (seed) => {
    const random: Chance = chance(seed);
    const manager = seed % 10 === 0 ? 'user' : 'system';
    const tree = makeUnits(random, manager, keys, true);
    addPresets(random, tree, manager);
    const folders = manager === 'user' ? userFolders : systemFolders;
    const search = await searchUnits(tree, folders, 'x86-64');
    const before = [...tree].filter(([path]) => parentOf(path).endsWith('-preset'));
    expect(before.length).toBeGreaterThan(0);
    const { theirs, ours, stderr } = await both(tree, manager, ['preset-all'], () =>
      applyPresets(search, new Set()),
    );
    // systemctl takes some masks of instances away when their template is disabled; here a mask stays
    const unmasked = (links: string[] | string) =>
      typeof links !== 'string' && links.filter((line) => !line.endsWith('null'));
    expect(unmasked(ours), stderr).toEqual(unmasked(theirs));
  });
});
