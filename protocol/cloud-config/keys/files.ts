import { gunzipSync } from 'node:zlib';
import type { Node } from '../../user-data/node.ts';
import type { PlannedFile } from '../../user-data/plan.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';
import { flag, type Shape, shown, table, text, word } from '../shape/shape.ts';
import { absolutePath, accountPattern } from './words.ts';
import { isWritable } from './writable.ts';

/** Bytes of a file that user-data brings, unpacked. */
export const largestFile = 8 * 1024 * 1024;

const encodings = [
  'b64',
  'base64',
  'gz',
  'gzip',
  'gz+base64',
  'gzip+base64',
  'gz+b64',
  'gzip+b64',
  'text/plain',
] as const;

const content: Shape<string | Uint8Array> = (node, what, to) => {
  const isBinary = node.kind === 'scalar' && node.value instanceof Uint8Array;
  return isBinary ? (node.value as Uint8Array) : text()(node, what, to);
};

/**
 * `"0644"` in quotes. `0644` without them is a number that YAML 1.1 reads by octal digits: what was meant, so a warning.
 * `644` and `420` are numbers that do not say which was meant.
 */
const permissions: Shape<number> = (node, what, to) => {
  if (node.kind === 'scalar' && typeof node.value === 'number') {
    if (/^0o?[0-7]{3,4}$/.test(node.source) && node.value <= 0o7777) {
      to.warn(
        node.at,
        `${what} ${node.source} is read as an octal number`,
        `Write it in quotes: "${node.source}"`,
      );
      return node.value;
    }
    const octal = `"0${node.value.toString(8)}"`;
    const instead = /^[0-7]{3}$/.test(node.source)
      ? `Write octal digits in quotes: "0${node.source}", or ${octal} if the decimal number was meant.`
      : `Write octal digits in quotes: ${octal}`;
    return to.error(node.at, `${what} ${node.source} is a decimal number`, instead);
  }
  const value = text({
    pattern: /^(?:0o?)?[0-7]{3,4}$/,
    is: 'are no permissions',
    instead: 'Write octal digits in quotes, such as "0644".',
  })(node, what, to);
  return value === undefined ? undefined : Number.parseInt(value.replace(/^0o/, ''), 8);
};

const account = accountPattern.source.slice(1, -1);
const owner = text({
  pattern: new RegExp(`^(?:${account}|\\d+)(?::(?:${account}|\\d+))?$`),
  is: 'is no owner',
  instead: 'Write user:group, such as root:root.',
});

const readTable = table(
  { path: absolutePath, content, encoding: word(encodings), owner, permissions, append: flag, defer: flag },
  {
    required: ['path'],
    refused: {
      source:
        'Write content:; a file that must be fetched is fetched by a unit or a command, which can check its hash.',
    },
  },
);

/** One entry of `write_files`. */
export function readFile(node: Node, to: Report): PlannedFile | undefined {
  const read = readTable(node, 'a file', to);
  const { path, content: given = '', encoding = 'text/plain', owner: who = 'root' } = read?.value ?? {};
  if (!read || path === undefined || !isWritable(path, 'the file', read.place('path'), to)) return undefined;
  const bytes = decode(given, encoding, path, read.place('content'), to);
  if (bytes === undefined) return undefined;
  const [user = 'root', group = user] = who.split(':');
  const { permissions: mode = 0o644, append = false, defer: deferred = false } = read.value;
  return { path, content: bytes, mode, owner: user, group, append, deferred, at: read.at };
}

function decode(
  given: string | Uint8Array,
  encoding: (typeof encodings)[number],
  path: string,
  at: Place,
  to: Report,
): Uint8Array | undefined {
  const isBase64 = /64/.test(encoding);
  const isPacked = encoding.startsWith('gz');
  if (isBase64 && typeof given === 'string' && !/^[A-Za-z0-9+/]*={0,2}$/.test(given.replace(/\s+/g, ''))) {
    return to.error(
      at,
      `the content of ${path} is not base64: ${shown(given)}`,
      'Write what `base64 FILE` prints, or leave encoding out.',
    );
  }
  if (isPacked && !isBase64 && typeof given === 'string') {
    return to.error(
      at,
      `the content of ${path} is text and encoding says ${encoding}`,
      'Write encoding: gz+base64, and what `gzip -c FILE | base64` prints.',
    );
  }
  const bytes = isBase64 ? Buffer.from(Buffer.from(given).toString('latin1'), 'base64') : Buffer.from(given);
  if (!isPacked) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestFile });
  } catch (error) {
    const isLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const problem = isLong ? `is longer than ${largestFile} bytes` : 'is not gzip';
    return to.error(
      at,
      `the content of ${path} ${problem}`,
      'Write what `gzip -c FILE | base64` prints; put large files into the image.',
    );
  }
}
