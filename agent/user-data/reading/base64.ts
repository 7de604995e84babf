import { refuse } from './fields.ts';

/** Bytes that a source wraps. Throws for what is not base64 through and through. */
export function unwrap(text: string, what: string): Uint8Array {
  const bytes = unwrapped(text);
  if (!bytes) throw refuse(what, 'is not valid base64');
  return bytes;
}

/** Bytes where a source leaves it to people whether they wrap them; nothing when they did not. */
export function unwrapped(text: string): Uint8Array | null {
  const joined = text.replaceAll(/\s/g, '');
  if (joined.length === 0 || joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(joined)) return null;
  return Buffer.from(joined, 'base64');
}
