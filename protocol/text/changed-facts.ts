/** One thing that a change changed; null where there was or is no such thing. */
export interface ChangedFact {
  field: string;
  before: string | null;
  after: string | null;
}

type Facts = Readonly<Record<string, unknown>> | null;

/** What differs between two states, field by field, in words: nested fields by their path, lists by their parts. */
export function changedFacts(before: Facts, after: Facts): ChangedFact[] {
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const [old, now] = [was.get(field) ?? null, is.get(field) ?? null];
    return old === now ? [] : [{ field, before: old, after: now }];
  });
}

function flat(facts: unknown, path = ''): Map<string, string> {
  if (!isPlain(facts)) return new Map(isEmpty(facts) ? [] : [[path, shown(facts)]]);
  return new Map(
    Object.entries(facts).flatMap(([field, value]) => [
      ...flat(value, [path, wordsOf(field)].filter(Boolean).join(' ')),
    ]),
  );
}

function shown(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value))
    return value
      .map((one) => (isPlain(one) ? partsOf(one) : shown(one)))
      .join(value.some(isPlain) ? '; ' : ', ');
  return String(value);
}

function partsOf(value: Record<string, unknown>): string {
  return [...flat(value)].map(([field, text]) => `${field} ${text}`).join(' ');
}

/** `stateCompat` reads `state compat`; names of channels stay as they are. */
function wordsOf(field: string): string {
  return field.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}
