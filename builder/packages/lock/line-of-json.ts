/**
 * The line (from 1) of a JSON text where the value of a path of keys and indexes begins, or of the last part of the
 * path that is there. The text must be JSON.
 */
export function lineOfJson(text: string, path: readonly string[]): number {
  let offset = 0;
  for (const step of path) {
    const next = findChild(text, offset, step);
    if (next === undefined) break;
    offset = next;
  }
  return text.slice(0, skipSpace(text, offset)).split('\n').length;
}

function findChild(text: string, from: number, step: string): number | undefined {
  const open = skipSpace(text, from);
  const isList = text[open] === '[';
  if (!isList && text[open] !== '{') return undefined;
  let offset = skipSpace(text, open + 1);
  for (let index = 0; offset < text.length && !']}'.includes(text[offset]!); index++) {
    let key = String(index);
    if (!isList) {
      const end = skipValue(text, offset);
      key = JSON.parse(text.slice(offset, end)) as string;
      offset = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === step) return offset;
    const after = skipSpace(text, skipValue(text, offset));
    offset = text[after] === ',' ? skipSpace(text, after + 1) : after;
  }
  return undefined;
}

function skipSpace(text: string, offset: number): number {
  let end = offset;
  while (' \t\r\n'.includes(text[end] ?? '.')) end++;
  return end;
}

/** The end of the value that begins at a place: strings count whole, brackets until they are closed. */
function skipValue(text: string, offset: number): number {
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/gy;
  let depth = 0;
  token.lastIndex = offset;
  for (;;) {
    token.lastIndex = skipSpace(text, token.lastIndex);
    const found = token.exec(text)?.[0];
    if (found === undefined) return text.length;
    if (found === '[' || found === '{') depth++;
    if (found === ']' || found === '}') depth--;
    if (depth === 0) return token.lastIndex;
  }
}
