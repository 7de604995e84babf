const token = /\s*("(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:])/y;

/**
 * The line (from 1) of the first token of a text that JSON does not allow there, or of its end where more must follow:
 * JSON.parse names a position for some mistakes only.
 */
export function damagedLine(text: string): number {
  const open: string[] = [];
  let expected = 'value';
  token.lastIndex = 0;
  for (;;) {
    const from = token.lastIndex;
    const found = token.exec(text)?.[1];
    const next = found === undefined ? undefined : after(expected, found, open);
    if (next === undefined) {
      const offset = from + text.slice(from).search(/\S|$/);
      return text.trimEnd().slice(0, offset).split('\n').length;
    }
    expected = next;
  }
}

/** What may follow a token; nothing when it is not what was expected. Keeps the brackets that are `open`. */
function after(expected: string, found: string, open: string[]): string | undefined {
  const isString = found.startsWith('"');
  const closes = found === (open.at(-1) === '{' ? '}' : ']') && open.length > 0;
  if (closes && /^(separator|first)/.test(expected)) {
    open.pop();
    return open.length > 0 ? 'separator' : 'end';
  }
  if (expected === 'separator') return found === ',' ? (open.at(-1) === '{' ? 'key' : 'value') : undefined;
  if (expected === 'colon') return found === ':' ? 'value' : undefined;
  if (expected === 'key' || expected === 'first key') return isString ? 'colon' : undefined;
  if (expected === 'end') return undefined;
  if (found === '{' || found === '[') {
    open.push(found);
    return found === '{' ? 'first key' : 'first value';
  }
  if (/^[\]},:]/.test(found)) return undefined;
  return open.length > 0 ? 'separator' : 'end';
}
