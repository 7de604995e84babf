const booleans: ReadonlyMap<string, boolean> = new Map(
  ['yes', 'true', 'on', 'no', 'false', 'off'].flatMap((word) =>
    [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()].map(
      (form) => [form, /^[yt]|^on/.test(word)] as const,
    ),
  ),
);
const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const integer =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const date = /^\d{4}-\d\d-\d\d$/;
const time =
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;

/**
 * The value of a word without quotes, by YAML 1.1 as cloud-init's reader has it: `off` is false, `0644` is octal, `1:30`
 * is 90, `y` stays a word. A second rule for the same file would let one host read a document in another way than its neighbor.
 */
export function resolvePlain(text: string): string | number | boolean | null | Date {
  if (nulls.has(text)) return null;
  const boolean = booleans.get(text);
  if (boolean !== undefined) return boolean;
  if (integer.test(text)) return integerOf(text);
  if (float.test(text)) return floatOf(text);
  if (date.test(text) || time.test(text)) return new Date(text);
  return text;
}

function integerOf(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  // whole numbers have no minus zero
  return sign * magnitude(digits) || 0;
}

function magnitude(digits: string): number {
  if (digits.includes(':')) return sexagesimal(digits);
  if (/^0[bx]/.test(digits)) return Number(digits);
  return Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
}

function floatOf(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  return sign * (digits.includes(':') ? sexagesimal(digits) : Number(digits));
}

/** `1:30` is one and a half minutes or hours: base 60. */
function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, each) => sum * 60 + Number(each), 0);
}
