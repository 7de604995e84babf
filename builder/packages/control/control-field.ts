/** A field of one stanza in Debian's control format on one line, or the empty string. */
export function controlField(stanza: string, name: string): string {
  const value = new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'mi').exec(stanza)?.[1] ?? '';
  return value.replace(/\s*\n\s*/g, ' ').trim();
}
