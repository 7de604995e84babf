import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** Values of a document that nobody has checked; `what` names the place in it for people. */
export type Fields = Readonly<Record<string, unknown>>;

/** Why a document of a source is refused. */
export function refuse(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}

/** A table, or an empty one where the document says nothing. */
export function tableOf(value: unknown, what: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)) {
    return value as Fields;
  }
  throw refuse(what, 'is not a table of keys');
}

/** A list, or an empty one where the document says nothing; a single value counts as a list of it. */
export function listOf(value: unknown, what: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    if (value.length <= mostItems) return value;
    throw refuse(what, `has more than ${mostItems} items`);
  }
  return [value];
}

/** No host has more devices, addresses or routes than this. */
const mostItems = 1000;

/** A text, from a number too: YAML makes numbers of what looks like one. */
export function textOf(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw refuse(what, 'is not a text');
}

/** Texts of a list, or the words of one text. */
export function textsOf(value: unknown, what: string): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter(Boolean);
  return listOf(value, what).map((item, index) => {
    const text = textOf(item, `${what}[${index}]`);
    if (text === undefined) throw refuse(`${what}[${index}]`, 'is empty');
    return text;
  });
}

/** A switch, in the words that these documents use. */
export function switchOf(value: unknown, what: string): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  const word = String(value).toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  throw refuse(what, 'is neither true nor false');
}

/** A whole number in a range. */
export function numberOf(value: unknown, what: string, least: number, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  throw refuse(what, `is not a whole number from ${least} to ${most}`);
}

/** A table without the keys that have no value. */
export function known<T extends object>(table: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
