import { textOf } from './fields.ts';

/** A host name out of metadata; what cannot be one is left out, because many clouds put a title there. */
export function hostnameOf(value: unknown, what: string): string | undefined {
  const text = textOf(value, what)?.replace(/\.$/, '');
  if (!text || text.length > 253) return undefined;
  const isName = text
    .split('.')
    .every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
  return isName ? text : undefined;
}
