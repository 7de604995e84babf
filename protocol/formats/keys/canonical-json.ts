/**
 * The bytes that TUF signs and names keys by (OLPC canonical JSON): keys sorted, no spaces, and only `"` and `\` escaped.
 * Two values with the same text are the same to every signature.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`;
  if (value === null || typeof value === 'boolean' || Number.isInteger(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${typeof value} cannot be signed`);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, held]) => `${canonicalJson(name)}:${canonicalJson(held)}`).join(',')}}`;
}
