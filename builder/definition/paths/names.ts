/**
 * A path of a tree, which is one character per byte, as text: UTF-8 is decoded, and a byte that is not UTF-8 becomes a
 * lone surrogate (U+DC00 and the byte), which no glob can spell and `?` and `*` match.
 */
export function readableName(path: string): string {
  if (/^[\0-\x7f]*$/.test(path)) return path;
  return path.replace(/[\x80-\xff]+/g, (bytes) => {
    const text = Buffer.from(bytes, 'latin1').toString('utf8');
    return text.includes('\ufffd') ? bytes.replace(sequence, decodeLoosely) : text;
  });
}

/** The same for messages: a byte that is not UTF-8 is shown as `\xe9`. */
export function shownName(path: string | Buffer): string {
  const name = readableName(typeof path === 'string' ? path : path.toString('latin1'));
  return name.replace(/[\ud800-\udbff][\udc00-\udfff]|[\udc80-\udcff]/g, (each) => {
    return each.length === 2 ? each : `\\x${(each.charCodeAt(0) - 0xdc00).toString(16)}`;
  });
}

const sequence = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|./gs;

function decodeLoosely(bytes: string): string {
  const raw = Buffer.from(bytes, 'latin1');
  const text = raw.toString('utf8');
  if (Buffer.from(text).equals(raw)) return text;
  return [...raw].map((byte) => String.fromCharCode(0xdc00 + byte)).join('');
}
