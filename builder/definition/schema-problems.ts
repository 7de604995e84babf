import type { TSchema } from 'typebox';
import { problemOf } from '../../protocol/schema/schema.ts';
import { suggest } from '../../protocol/text/suggest.ts';

/** A value of a definition that its schema refuses: the keys and numbers that lead to it, and what is wrong. */
export interface SchemaProblem {
  path: string[];
  problem: string;
}

/** What the schemas of definitions are made of, as far as it is looked at here. */
interface Node extends TSchema {
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  type?: string;
  /** What a text must be, in words: people read these messages, and not patterns. */
  meaning?: string;
}

/** Names that other tools have for what a key here is called. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['amd64', 'x86-64'],
  ['aarch64', 'arm64'],
]);

const types: ReadonlyMap<unknown, string> = new Map([
  ['string', 'must be a text, in quotes'],
  ['boolean', 'must be true or false, without quotes'],
]);

/** Everything that is wrong with a value, each with a hint where one is near. */
export function schemaProblems(schema: TSchema, value: unknown): SchemaProblem[] {
  return problemsAt(schema as Node, value, [], schema as Node);
}

function problemsAt(schema: Node, value: unknown, path: readonly string[], top: Node): SchemaProblem[] {
  const { properties, items, anyOf, meaning } = schema;
  const at = [...path];
  if (anyOf) {
    const kinds = anyOf.map((kind) => problemsAt(kind, value, path, top));
    return kinds.reduce((best, kind) => (misfits(kind) < misfits(best) ? kind : best));
  }
  if (properties) {
    if (!isTable(value)) return [{ path: at, problem: `${at.join('/')} must be a table` }];
    const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
    return [
      ...missing.map((key) => ({ path: at, problem: `${[...at, key].join('/')} is missing` })),
      ...Object.entries(value).flatMap(([key, each]) => {
        const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
        return known ? problemsAt(known, each, [...at, key], top) : [unknownKey(schema, key, at, top)];
      }),
    ];
  }
  if (items) {
    if (!Array.isArray(value)) return [{ path: at, problem: `${at.join('/')} must be a list, in [ ]` }];
    return value.flatMap((each, index) => problemsAt(items, each, [...at, `${index}`], top));
  }
  const refused = problemOf(schema, value)?.replace(/^value /, '');
  if (refused === undefined) return [];
  const problem = types.get(schema.type) ?? refused;
  if (typeof value !== 'string') return [{ path: at, problem: `${at.join('/')} ${problem}` }];
  const key = at.filter((each, index) => index < at.length - 1 || !/^\d+$/.test(each)).join('/');
  return [{ path: at, problem: `${key} ${JSON.stringify(value)} ${meaning ?? problem}` }];
}

function unknownKey(schema: Node, key: string, path: readonly string[], top: Node): SchemaProblem {
  const at = [...path, key];
  const known = Object.keys(schema.properties ?? {});
  const isOfTop = path.length > 0 && Object.hasOwn(top.properties ?? {}, key);
  const meant = otherNames.get(key) ?? suggest(key, known);
  const hint = isOfTop
    ? `; ${key} stands above the first [table]`
    : meant !== undefined && known.includes(meant)
      ? `; did you mean ${meant}?`
      : '';
  return { path: at, problem: `unknown key ${at.join('/')}${hint}` };
}

/** How far a value is from being of a kind at all: keys that are missing or unknown count, wrong values do not. */
function misfits(problems: readonly SchemaProblem[]): number {
  return problems.filter(({ problem }) => / is missing$|^unknown key /.test(problem)).length;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
