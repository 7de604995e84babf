/** Thrown inside the translation for one line; whoever knows the line makes a problem of it. */
export class Refusal extends Error {
  readonly instead: string;

  constructor(problem: string, instead: string) {
    super(problem);
    this.instead = instead;
  }
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', s: ' ' },
  ...{ '\\': '\\', '"': '"', "'": "'" },
};

/** Splits a command line by systemd's rules of quotes and escapes (systemd.service(5), “Command lines”). */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\') {
      const { text, length } = readEscape(line.slice(at + 1));
      word = (word ?? '') + text;
      at += length;
    } else if (quote) {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote) throw new Refusal(`a quote ${quote} is not closed`, `${line}${quote}`);
  return word === undefined ? words : [...words, word];
}

function readEscape(rest: string): { text: string; length: number } {
  const known = escapes[rest[0] ?? ''];
  if (known !== undefined) return { text: known, length: 1 };
  const [whole = '', hex, octal, code] =
    /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4}))/.exec(rest) ?? [];
  const digits = hex ?? octal ?? code;
  // systemd keeps a backslash that begins no escape it knows
  if (digits === undefined) return { text: '\\', length: 0 };
  return { text: String.fromCodePoint(Number.parseInt(digits, octal ? 8 : 16)), length: whole.length };
}
