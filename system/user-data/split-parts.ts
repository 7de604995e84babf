import type { Report } from '../../protocol/user-data/report.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** Parts of a document: a machine needs a few. */
const mostParts = 32;
const begin = { line: 1, column: 1 };

/** The parts of a MIME multi-part document (RFC 2046), decoded, in their order. */
export function splitParts({ text }: Unpacked, to: Report): (Unpacked & { type: string })[] {
  const { headers, body } = splitHead(text.replace(/^From nobody .*\n/i, ''));
  const boundary = parameterOf(headers.get('content-type') ?? '', 'boundary');
  if (!/^multipart\//i.test(headers.get('content-type') ?? '') || boundary === undefined) {
    to.error(
      begin,
      'the MIME document is not multipart, or has no boundary',
      'Make it by: cloud-init devel make-mime, or write a #cloud-config alone.',
    );
    return [];
  }
  const pieces = `\n${body}`.split(`\n--${boundary}`);
  const end = pieces.findIndex((piece, index) => index > 0 && piece.startsWith('--'));
  if (end === -1) {
    to.error(
      begin,
      `the end of the last part (--${boundary}--) is missing`,
      'The document was cut: look at the size that your cloud allows, or pack it by gzip.',
    );
    return [];
  }
  const raw = pieces.slice(1, end);
  if (raw.length > mostParts) {
    to.error(begin, `the document has ${raw.length} parts`, `Join them: at most ${mostParts}.`);
    return [];
  }
  return raw.flatMap((piece, index) => {
    const found = decodePart(piece.replace(/^[ \t]*\r?\n/, ''));
    if (!('problem' in found)) return [found];
    to.error({ ...begin, part: index + 1 }, found.problem.text, found.problem.instead);
    return [];
  });
}

function decodePart(piece: string) {
  const { headers, body } = splitHead(piece);
  const type = (headers.get('content-type') ?? 'text/plain').split(';')[0]!.trim().toLowerCase();
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').trim().toLowerCase();
  const bytes = decodeBody(body, encoding);
  if (bytes === undefined) {
    const text = `a part is encoded as ${encoding.slice(0, 40)}`;
    return { problem: { text, instead: 'Use base64, quoted-printable, 7bit or 8bit.' } };
  }
  const unpacked = unpack(bytes);
  return 'problem' in unpacked ? unpacked : { ...unpacked, type };
}

function decodeBody(body: string, encoding: string): Buffer | undefined {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') {
    const bytes = Buffer.from(body.replace(/=[ \t]*\r?\n/g, '')).toString('latin1');
    return Buffer.from(
      bytes.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
  }
  return ['7bit', '8bit', 'binary'].includes(encoding) ? Buffer.from(body) : undefined;
}

/** Headers with folded lines joined, by their name in lower case; a document without an empty line is all body. */
function splitHead(text: string): { headers: Map<string, string>; body: string } {
  const [empty] = /^\r?\n/.exec(text) ?? [];
  if (empty !== undefined) return { headers: new Map(), body: text.slice(empty.length) };
  const end = /\r?\n\r?\n/.exec(text);
  if (!end) return { headers: new Map(), body: text };
  const lines = text
    .slice(0, end.index)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  const headers = lines.map((line) => /^([A-Za-z-]+):(.*)$/.exec(line)).filter((match) => match !== null);
  return {
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()])),
    body: text.slice(end.index + end[0].length),
  };
}

function parameterOf(header: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]+)"|([^\\s;"]+))`, 'i').exec(header) ?? [];
  return quoted ?? plain;
}
