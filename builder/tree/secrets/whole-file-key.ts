import { createPrivateKey } from 'node:crypto';

const types = ['pkcs8', 'pkcs1', 'sec1'] as const;
/** Longer than the DER of any RSA key in use. */
const longest = 16 * 1024;

/** The kind of the private key that a whole file is, if it is one: a key in DER has no words to look for. */
export function wholeFileKey(bytes: Buffer): string | undefined {
  if (!isSequence(bytes)) return undefined;
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
function isSequence(bytes: Buffer): boolean {
  if (bytes.length < 40 || bytes.length > longest || bytes[0] !== 0x30) return false;
  const lengthBytes = bytes[1]! < 0x80 ? 0 : bytes[1]! & 0x7f;
  if (lengthBytes > 2) return false;
  const length = lengthBytes === 0 ? bytes[1]! : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  return start + length === bytes.length && bytes[start] === 0x02 && bytes[start + 1] === 0x01;
}
