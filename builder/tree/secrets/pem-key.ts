/** RFC 7468, and RFC 4880 for PGP; as text, in a string of JSON, or in strings of a program. */
const block = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----([\s\S]*?)-----END \1-----/;
/** Of a header, as in `Proc-Type: 4,ENCRYPTED`, and the checksum that ends a block of PGP. */
const noContent = /^[\w-]+: |^=/;
/** Anything shorter cannot be a key. */
const shortest = 40;

/** The kind of the private key in PEM that a text holds, if its body can be one. */
export function pemKey(text: string): string | undefined {
  const [, label = '', body = ''] = block.exec(text) ?? [];
  if (!label) return undefined;
  const lines = body
    .replaceAll(/\\r|\\n|\r/g, '\n')
    .split('\n')
    .map(unquote);
  const isEncrypted =
    label.startsWith('ENCRYPTED') || lines.some((line) => /^Proc-Type:.*ENCRYPTED/.test(line));
  const letters = lines.filter((line) => !noContent.test(line)).join('');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(letters)) return undefined;
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.length < shortest || !(isEncrypted || looksLikeKey(label, bytes))) return undefined;
  return `${isEncrypted ? 'an encrypted' : 'a'} private key in PEM (${label})`;
}

/** A line without what a program's text has around it: quotes, and how strings are joined. */
function unquote(line: string): string {
  const inner = line.trim().replace(/^["'`]+/, '');
  return inner.replace(/["'`]\s*[+,;.\\]?$|\\$/, '').trim();
}

function looksLikeKey(label: string, bytes: Buffer): boolean {
  if (label.startsWith('OPENSSH')) return bytes.toString('latin1', 0, 14) === 'openssh-key-v1';
  // the packet of a secret key, tag 5
  if (label.startsWith('PGP')) return [0x94, 0x95, 0x96, 0xc5].includes(bytes[0]!);
  // DER: a sequence
  return bytes[0] === 0x30;
}
