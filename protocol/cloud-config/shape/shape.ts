import { suggest } from '../../text/suggest.ts';
import type { Node, ScalarNode } from '../../user-data/node.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';

/** Reads a value of one kind; nothing when it is of another, which is then reported. `what` names the value in reports. */
export type Shape<T> = (node: Node, what: string, to: Report) => T | undefined;

/** What else a text must be: an example stands in the report. */
interface TextRule {
  pattern: RegExp;
  is: string;
  instead: string;
}

/** Longest value that a report repeats. */
const longestShown = 60;

/** A text, as YAML has it: words that YAML reads as something else are refused, with the quotes that they need. */
export function text(rule?: TextRule): Shape<string> {
  return (node, what, to) => {
    if (node.kind !== 'scalar')
      return to.error(
        node.at,
        `${what} is ${kindOf(node)} and should be a text`,
        `Write: ${nameOf(what)}: text`,
      );
    if (typeof node.value !== 'string') return refuseWord(node, what, to);
    if (rule && !rule.pattern.test(node.value)) {
      return to.error(node.at, `${what} ${shown(node.value)} ${rule.is}`, rule.instead);
    }
    return node.value;
  };
}

function refuseWord(node: ScalarNode, what: string, to: Report): undefined {
  if (node.value === null) {
    return to.error(node.at, `${what} has no value`, `Write one, or leave ${nameOf(what)} out.`);
  }
  if (node.value instanceof Uint8Array) {
    return to.error(node.at, `${what} is binary and should be a text`, 'Write it as a text.');
  }
  const read = node.value instanceof Date ? 'a date' : `the ${typeof node.value} ${node.value}`;
  const text = `${what} is ${shown(node.source)} without quotes, which YAML reads as ${read}`;
  return to.error(node.at, text, `Write it in quotes: "${node.source.slice(0, longestShown)}"`);
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(words: Words): Shape<Words[number]> {
  return (node, what, to) => {
    const value = text()(node, what, to);
    if (value === undefined || words.includes(value)) return value;
    const meant = suggest(value.slice(0, longestShown), words);
    const instead = meant ? `Did you mean ${meant}?` : `Write ${listed(words)}.`;
    return to.error(node.at, `${what} ${shown(value)} is not one of ${words.join(', ')}`, instead);
  };
}

/** True or false, without quotes. */
export const flag: Shape<boolean> = (node, what, to) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  const given = node.kind === 'scalar' ? shown(node.source) : kindOf(node);
  return to.error(
    node.at,
    `${what} is ${given} and should be true or false`,
    'Write true or false, without quotes.',
  );
};

/** A whole number in a range. */
export function whole(least: number, most: number): Shape<number> {
  return (node, what, to) => {
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    const given = node.kind === 'scalar' ? shown(node.source) : kindOf(node);
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return to.error(
      node.at,
      `${what} is ${given} and should be a whole number ${range}`,
      'Write the number without quotes.',
    );
  };
}

/** A list with at least one value; those that are wrong are reported and left out. */
export function listOf<T>(item: Shape<T>, mayBeEmpty = false): Shape<T[]> {
  return (node, what, to) => {
    if (node.kind !== 'list') {
      const given = node.kind === 'scalar' && node.value === null ? 'empty' : kindOf(node);
      return to.error(
        node.at,
        `${what} is ${given} and should be a list`,
        `Write each value on a line of its own, after “- ”.`,
      );
    }
    if (node.items.length === 0 && !mayBeEmpty) {
      return to.error(node.at, `${what} is an empty list`, `Write a value, or leave ${nameOf(what)} out.`);
    }
    return node.items.flatMap((each) => item(each, singular(what), to) ?? []);
  };
}

/** A shape that keeps the place of what it read. */
export function placed<T>(shape: Shape<T>): Shape<{ value: T; at: Place }> {
  return (node, what, to) => {
    const value = shape(node, what, to);
    return value === undefined ? undefined : { value, at: node.at };
  };
}

/** What was read of a table, by key, with the place of each value. */
export interface Read<F extends Fields> {
  at: Place;
  value: { [K in keyof F]?: F[K] extends Shape<infer T> ? T : never };
  place(key: keyof F): Place;
}
// biome-ignore lint/suspicious/noExplicitAny: each field has a type of its own
type Fields = Record<string, Shape<any>>;

/** What else a table may hold: keys that are known and not read, with what to write instead. */
interface TableRule {
  required?: readonly string[];
  /** Keys that change nothing here. */
  ignored?: Readonly<Record<string, string>>;
  /** Keys that cannot be done here. */
  refused?: Readonly<Record<string, string>>;
  /** Other spellings of keys. */
  aliases?: Readonly<Record<string, string>>;
}

/** A table of known keys; an unknown one is refused with the one that was probably meant. */
export function table<F extends Fields>(fields: F, rule: TableRule = {}): Shape<Read<F>> {
  return (node, what, to) => {
    if (node.kind !== 'map') {
      return to.error(
        node.at,
        `${what} is ${kindOf(node)} and should be a table`,
        'Write keys below it: `key: value`.',
      );
    }
    const values: Record<string, unknown> = {};
    const places = new Map<string, Place>();
    for (const { key: written, at, value } of node.entries) {
      const key = rule.aliases?.[written] ?? written;
      const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!shape) {
        refuseKey(written, at, what, Object.keys(fields), rule, to);
        continue;
      }
      if (places.has(key)) {
        to.error(at, `${written} says again what ${key} says`, 'Leave one of them.');
        continue;
      }
      places.set(key, value.at);
      const read = shape(value, `${what}: ${written}`, to);
      if (read !== undefined) values[key] = read;
    }
    const missing = (rule.required ?? []).filter((key) => !places.has(key));
    if (missing.length > 0) {
      return to.error(
        node.at,
        `${what} has no ${listed(missing)}`,
        `Add ${missing.map((key) => `${key}: …`).join(' and ')}.`,
      );
    }
    return {
      at: node.at,
      value: values as Read<F>['value'],
      place: (key) => places.get(String(key)) ?? node.at,
    };
  };
}

function refuseKey(
  key: string,
  at: Place,
  what: string,
  known: readonly string[],
  rule: TableRule,
  to: Report,
): void {
  const ignored = Object.hasOwn(rule.ignored ?? {}, key) ? rule.ignored?.[key] : undefined;
  if (ignored !== undefined) {
    to.warn(at, `${what}: ${key} changes nothing here`, ignored);
    return;
  }
  const refused = Object.hasOwn(rule.refused ?? {}, key) ? rule.refused?.[key] : undefined;
  if (refused !== undefined) {
    to.error(at, `${what}: ${key} cannot be done here`, refused);
    return;
  }
  const meant = suggest(key.slice(0, longestShown), known);
  const instead = meant ? `Did you mean ${meant}?` : `Keys of ${nameOf(what)}: ${known.join(', ')}.`;
  to.error(at, `${what} has no key ${shown(key)}`, instead);
}

/** What a node is, in words. */
export function kindOf(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a table';
  return node.value === null ? 'empty' : shown(node.source);
}

/** A value in quotes, cut when it is long: a report is a line. */
export function shown(value: string): string {
  const first = value.split('\n', 1)[0] ?? '';
  const cut = first.length > longestShown || first !== value ? `${first.slice(0, longestShown)}…` : first;
  return `“${cut}”`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function nameOf(what: string): string {
  return what.split(': ').at(-1) ?? what;
}

function singular(what: string): string {
  return `a value of ${what}`;
}
