import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { problemOf, strict } from '../../../protocol/schema/schema.ts';
import { entriesOf, findLine } from '../lines/line-of.ts';
import { parseToml } from '../lines/parse-toml.ts';
import { globPattern } from '../paths/glob.ts';
import { readableName } from '../paths/names.ts';
import type { OverlayEntry } from './list-overlay.ts';

const Owner = Type.Union([
  Type.Integer({ minimum: 0, maximum: 4_294_967_294 }),
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$' }),
]);
const Rights = strict({
  owner: Type.Optional(Owner),
  group: Type.Optional(Owner),
  mode: Type.Optional(Type.String({ pattern: '^[0-7]{3,4}$' })),
});

/** Who owns what one glob of an overlay names, by name or number, and its mode in octal. */
export type Rights = Static<typeof Rights>;

/** One line of `overlay.perms`. */
export interface PermsRule extends Rights {
  glob: string;
  file: string;
  /** From 1. */
  line: number;
}

/** The file beside an overlay folder that sets owners and modes. */
export function permsFile(overlay: string): string {
  return `${overlay.replace(/\/+$/, '')}.perms`;
}

/**
 * Reads `overlay.perms`, which need not be there: keys are globs, of folders where they end with `/` and of files and
 * links otherwise. Throws `definition_invalid` with the line of what is wrong, and of a glob that names nothing.
 */
export async function readPerms(overlay: string, entries: readonly OverlayEntry[]): Promise<PermsRule[]> {
  const file = permsFile(overlay);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused(file, 1, `cannot be read (${error.code})`);
  });
  if (text === undefined) return [];
  const parsed = parseToml(text, file);
  const set = entriesOf(text);
  const rules = Object.entries(parsed).map(([glob, rights]): PermsRule => {
    const line = findLine(set, [glob]) ?? 1;
    if (!glob.startsWith('/')) throw refused(file, line, `${glob} must begin with /`);
    const problem = problemOf(Rights, rights);
    if (problem) throw refused(file, line, `${glob}: ${problem}`);
    return { glob, file, line, ...(rights as Rights) };
  });
  for (const rule of rules) {
    const matches = matcher(rule);
    if (!entries.some(matches)) throw refused(file, rule.line, idle(rule, entries));
  }
  return rules;
}

/** What the rules say of one entry, the last rule first counting for each right. */
export function rightsByPerms(rules: readonly PermsRule[]): (entry: OverlayEntry) => PermsRule[] {
  const matchers = rules.map((rule) => ({ rule, matches: matcher(rule) }));
  return (entry) => matchers.filter(({ matches }) => matches(entry)).map(({ rule }) => rule);
}

function matcher({ glob, file, line }: PermsRule): (entry: Pick<OverlayEntry, 'path' | 'type'>) => boolean {
  const forFolders = glob.endsWith('/');
  try {
    const pattern = new RegExp(`^(?:${globPattern(glob)})$`, 'us');
    return ({ path, type }) => (type === 'directory') === forFolders && pattern.test(readableName(path));
  } catch (cause) {
    throw refused(file, line, `${glob} is not a valid glob: ${(cause as Error).message}`);
  }
}

function idle(rule: PermsRule, entries: readonly OverlayEntry[]): string {
  const other = rule.glob.endsWith('/') ? rule.glob.slice(0, -1) : `${rule.glob}/`;
  const hint = entries.some(matcher({ ...rule, glob: other })) ? `; did you mean ${other}?` : '';
  return `${rule.glob} names nothing in the overlay${hint}`;
}

function refused(file: string, line: number, problem: string): InterlockError {
  return new InterlockError('definition_invalid', { file, line, problem });
}
