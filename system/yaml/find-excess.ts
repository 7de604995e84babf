import { Lexer } from 'yaml';

/** What a text may have before it is parsed. */
interface Most {
  deepest: number;
  mostPieces: number;
}

/** What a text has too much of, and from which character on. */
export interface Excess {
  kind: 'depth' | 'pieces';
  at: number;
}

/** Finds what would cost the parser its stack, or the reader's patience, before anything is parsed. */
export function findExcess(text: string, { deepest, mostPieces }: Most): Excess | undefined {
  const depth = findDepth(text, deepest);
  if (depth !== undefined) return { kind: 'depth', at: depth };
  const pieces = findPiece(text, mostPieces);
  return pieces === undefined ? undefined : { kind: 'pieces', at: pieces };
}

/** Lines that stand ever further in, texts included: more than anybody writes, and less than costs the library its stack. */
const mostIndents = 400;

/** Where brackets, dashes or indents open too many levels: the library recurses once for each. */
function findDepth(text: string, deepest: number): number | undefined {
  const nested = new RegExp(`^ *(?:[-?] +(?:[&!]\\S* +)*){${deepest}}`);
  const indents: number[] = [];
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') open++;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    if (at === 0 || character === '\n') {
      const start = at === 0 ? 0 : at + 1;
      const end = text.indexOf('\n', start);
      const line = text.slice(start, Math.min(start + 400, end === -1 ? text.length : end));
      if (nested.test(line)) return start;
      let indent = 0;
      while (text[start + indent] === ' ') indent++;
      if (start + indent === text.length || text[start + indent] === '\n') continue;
      while (indents.length > 0 && indents.at(-1)! >= indent) indents.pop();
      if (indents.push(indent) > mostIndents) return start;
    }
    if (open > deepest * 16) return at;
  }
  return undefined;
}

/** Marks of the lexer's own, which are no characters of the text. */
const marks = new Set(['\u0002', '\u0018', '\u001f']);

/** Where the first piece too many begins. A text as long as clouds take has none, and is not looked at. */
function findPiece(text: string, most: number): number | undefined {
  if (text.length < most) return undefined;
  let pieces = 0;
  let at = 0;
  for (const piece of new Lexer().lex(text)) {
    if (marks.has(piece)) continue;
    if (++pieces > most) return at;
    at += piece.length;
  }
  return undefined;
}
