import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parseUnitName } from '../../../protocol/text/unit-name.ts';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { disable } from './disable.ts';
import { discover, enable } from './enable.ts';
import type { UnitSearch } from './load-unit.ts';
import { matchRule, type PresetRule, readPresets } from './read-presets.ts';

/**
 * Does what `systemctl preset-all` does where a rule decides, and leaves units alone that no rule names. Rules in files
 * of packages (`packaged`) say nothing about units of packages: their scripts have decided.
 */
export async function applyPresets(search: UnitSearch, packaged: ReadonlySet<string>): Promise<void> {
  const rules = await readPresets(search.tree, search.folders);
  if (rules.length === 0) return;
  const on = new Set<string>();
  const off = new Set<string>();
  for (const name of unitNames(search.tree, search.folders.search)) {
    const unit = await found(search, name);
    if (unit?.name !== name || unit.found !== 'file') continue;
    const rule = firstRule(rules, name);
    if (!rule || (packaged.has(rule.rule.file) && packaged.has(unit.path))) continue;
    if (rule.rule.action === 'enable') for (const each of rule.names) on.add(each);
    if (rule.rule.action === 'disable') off.add(name);
  }
  await disable(search, [...off]);
  const present: string[] = [];
  for (const name of on) if ((await found(search, name))?.found === 'file') present.push(name);
  await enable(search, present, true);
}

/** All names in the folders of units, those of the folder that wins first. */
function unitNames(tree: Tree, search: readonly string[]): string[] {
  const entries = [...tree.values()].filter(({ type }) => type === 'file' || type === 'symlink');
  const names = search.flatMap((folder) => {
    const within = entries.filter(({ path }) => parentOf(path) === folder);
    return within.map(({ path }) => path.slice(folder.length + 1)).filter((name) => parseUnitName(name));
  });
  return [...new Set(names)];
}

async function found(search: UnitSearch, name: string) {
  try {
    return await discover(search, new Map(), name);
  } catch (error) {
    if (error instanceof InterlockError) return undefined;
    throw error;
  }
}

function firstRule(rules: readonly PresetRule[], name: string) {
  for (const rule of rules) {
    const names = matchRule(rule, name);
    if (names) return { rule, names };
  }
  return undefined;
}
