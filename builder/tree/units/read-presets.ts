import { parseUnitName, templateOf, withInstance } from '../../../protocol/text/unit-name.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';
import type { UnitFolders } from './unit-folders.ts';

/** One line of a file of systemd.preset(5). */
export interface PresetRule {
  file: string;
  action: 'enable' | 'disable' | 'ignore';
  pattern: RegExp;
  /** The template as it stands there, when instances of it are named. */
  template: string;
  instances: string[];
}

/** All rules of a tree in the order in which they count: by file name, and of one name the folder that wins. */
export async function readPresets(tree: Tree, { presets }: UnitFolders): Promise<PresetRule[]> {
  const files = new Map<string, string>();
  for (const folder of presets) {
    for (const path of tree.keys()) {
      const name = path.slice(folder.length + 1);
      if (!path.startsWith(`${folder}/`) || name.includes('/') || !name.endsWith('.preset')) continue;
      if (!files.has(name)) files.set(name, path);
    }
  }
  const rules: PresetRule[] = [];
  for (const name of [...files.keys()].toSorted()) {
    const file = files.get(name)!;
    const entry = follow(tree, file);
    if (entry?.type !== 'file') continue;
    const lines = (await readBody(entry.body)).toString('utf8').split('\n');
    rules.push(...lines.flatMap((line) => readRule(line.trim(), file)));
  }
  return rules;
}

/** What a rule says of a unit: nothing when it is not about it; of a template, which instances to enable. */
export function matchRule({ template, instances, pattern }: PresetRule, name: string): string[] | undefined {
  if (instances.length > 0 && templateOf(name) === template) {
    const kind = parseUnitName(name)?.kind;
    if (kind === 'template') return instances.map((instance) => withInstance(name, instance));
    if (kind === 'instance' && instances.includes(parseUnitName(name)!.instance)) return [name];
  }
  return pattern.test(name) ? [name] : undefined;
}

function readRule(line: string, file: string): PresetRule[] {
  const [, action, rest = ''] = /^(enable|disable|ignore)\s+(.*)$/.exec(line) ?? [];
  if (action === undefined) return [];
  const words = rest.split(/\s+/);
  const isTemplate = action === 'enable' && parseUnitName(words[0]!)?.kind === 'template';
  const named = isTemplate ? words[0]! : rest;
  return [
    {
      file,
      action: action as PresetRule['action'],
      pattern: new RegExp(`^${toPattern(named)}$`, 's'),
      template: isTemplate ? named : '',
      instances: isTemplate ? words.slice(1) : [],
    },
  ];
}

/** fnmatch(3) without escapes: `*`, `?` and `[…]`. */
function toPattern(glob: string): string {
  const tokens = glob.match(/\[!?\]?[^\]]*\]|./gs) ?? [];
  return tokens
    .map((token) => {
      if (token === '*') return '.*';
      if (token === '?') return '.';
      if (token.length === 1) return RegExp.escape(token);
      const body = token.slice(1, -1).replace(/^!/, '');
      const negated = token[1] === '!' ? '^' : '';
      return `[${negated}${body.replace(/[\\\]^]/g, '\\$&')}]`;
    })
    .join('');
}
