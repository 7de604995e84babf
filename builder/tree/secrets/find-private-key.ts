import { pemKey } from './pem-key.ts';
import { wholeFileKey } from './whole-file-key.ts';

/** What is looked for in text: bytes that every such key has, and whether one is really there. */
interface Sort {
  kind: string;
  mark: Buffer;
  /** Given the text around a mark. */
  found: RegExp;
}

const base64Of32Bytes = '[A-Za-z0-9+/]{43}=';
const sort = (kind: string, mark: string, found: RegExp): Sort => ({ kind, mark: Buffer.from(mark), found });

/** Keys of configuration files, which are small. */
const sorts = [
  sort('an age key', 'AGE-SECRET-KEY-', /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{40,}/),
  sort('a PuTTY key', 'PuTTY-User-Key-File-', /^PuTTY-User-Key-File-\d:[\s\S]*^Private-Lines:/m),
  sort(
    'a DNSSEC key',
    'Private-key-format',
    /^Private-key-format:[\s\S]*^(?:PrivateKey|PrivateExponent):\s*\S{20}/m,
  ),
  sort('a WireGuard key', 'PrivateKey', new RegExp(`^\\s*PrivateKey\\s*=\\s*${base64Of32Bytes}`, 'm')),
  sort('a WireGuard key', 'private-key=', new RegExp(`^private-key=${base64Of32Bytes}`, 'm')),
  sort(
    'a WireGuard shared key',
    'PresharedKey',
    new RegExp(`^\\s*PresharedKey\\s*=\\s*${base64Of32Bytes}`, 'm'),
  ),
  sort(
    'a key in a kubeconfig',
    'client-key-data',
    /^\s*client-key-data:\s*["']?LS0tLS1CRUdJTi[A-Za-z0-9+/=]{60,}/m,
  ),
  sort('a JSON Web Key', '"kty"', /"d"\s*:\s*"[\w-]{40,}"/),
  sort('a GnuPG key', 'private-key', /^(?:Key: )?\((?:\d+:)?(?:protected-)?private-key/m),
];
const configurationSize = 1024 * 1024;
const pemMark = Buffer.from('PRIVATE KEY');
/** More than any key in PEM is long; a program that merely knows the words has none after them. */
const aroundPem = 64 * 1024;

/** How much of the next window must be looked at again: a key may lie across the end of one. */
export const windowOverlap = 2 * aroundPem;

/**
 * The kind of the first private key in some bytes, if there is one: "a private key in PEM". `isWhole` says that these bytes
 * are a whole file. Certificates, public keys and programs that know a key's words hold none.
 */
export function findPrivateKey(bytes: Buffer, isWhole: boolean): string | undefined {
  for (let at = bytes.indexOf(pemMark); at !== -1; at = bytes.indexOf(pemMark, at + pemMark.length)) {
    const text = bytes.toString('latin1', Math.max(at - 100, 0), at + aroundPem);
    const found = pemKey(text);
    if (found) return found;
  }
  if (!isWhole || bytes.length > configurationSize) return undefined;
  const named = sorts.find(({ mark, found }) => bytes.includes(mark) && found.test(bytes.toString('latin1')));
  return named?.kind ?? wholeFileKey(bytes);
}
