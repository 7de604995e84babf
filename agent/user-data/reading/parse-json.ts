import { refuse } from './fields.ts';

/** Deeper than any metadata, and shallow enough for every reader's stack. */
const deepest = 32;

/** Reads JSON that a source gave. Throws `bad_input` for what is none, or nested beyond sense. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse(what, 'is not valid JSON');
  }
  if (isDeep(value, deepest)) throw refuse(what, `has values more than ${deepest} deep inside each other`);
  return value;
}

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((each) => isDeep(each, left - 1));
}
