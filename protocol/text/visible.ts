/**
 * What a terminal, a log or a page obeys or hides instead of showing: control characters, escapes, marks that turn the
 * direction of writing, characters without width, separators of lines, halves of pairs.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Untrusted text as one line that shows all its characters, so that it cannot control a terminal. */
export function visible(text: string): string {
  return text.replace(unseen, nameOf);
}

/** The same for text of several lines of our own making: its line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(unseen, (unit) => (unit === '\n' || unit === '\t' ? unit : nameOf(unit)));
}

/** JSON text with the same characters escaped as JSON does it, which leaves most of them raw by itself. */
export function visibleJson(json: string): string {
  return json.replace(unseen, (unit) => (unit === '\n' ? unit : unit.split('').map(escapeUnit).join('')));
}

function nameOf(unit: string): string {
  const code = unit.codePointAt(0)!;
  const hex = code.toString(16);
  if (short[unit]) return short[unit];
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_00_00 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Tags a template as one line of text: what is filled in cannot make two of it. */
export function line(words: TemplateStringsArray, ...named: readonly (string | number)[]): string {
  return words.map((word, at) => word + (at < named.length ? visible(String(named[at])) : '')).join('');
}
