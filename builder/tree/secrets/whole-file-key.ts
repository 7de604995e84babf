import { createPrivateKey } from 'node:crypto';
import { derAt } from '../../../protocol/formats/der.ts';

const types = ['pkcs8', 'pkcs1', 'sec1'] as const;
/** Longer than the DER of any RSA key in use. */
const longest = 16 * 1024;
const sequenceTag = 0x30;
const integerTag = 0x02;

/** The kind of the private key that a whole file is, if it is one: a key in DER has no words to look for. */
export function wholeFileKey(bytes: Buffer): string | undefined {
  if (!isKeySequence(bytes)) return undefined;
  for (const type of types) {
    try {
      createPrivateKey({ key: bytes, format: 'der', type });
      return 'a private key in DER';
    } catch {
      // not this one
    }
  }
  return undefined;
}

/** Whether bytes are one sequence of DER that begins with a version number, as private keys do and certificates do not. */
function isKeySequence(bytes: Buffer): boolean {
  if (bytes.length < 40 || bytes.length > longest || bytes[0] !== sequenceTag) return false;
  try {
    const { whole, content } = derAt(bytes, [0]);
    const { tag, content: version } = derAt(content, [0]);
    return whole.length === bytes.length && tag === integerTag && version.length === 1;
  } catch {
    // ends early, so it is not valid DER
    return false;
  }
}
