import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** A public key as it lies in metadata: of a kind we know, of one yet to come, or nonsense. */
export interface TufKey {
  keytype: string;
  scheme: string;
  keyval: Record<string, unknown>;
}

/** How the TUF library can check a signature: for each scheme the key types it goes with, and the key behind it. */
const schemes: Record<string, { keytypes: readonly string[]; curve?: string; type: string }> = {
  ed25519: { keytypes: ['ed25519'], type: 'ed25519' },
  'ecdsa-sha2-nistp256': { keytypes: ['ecdsa', 'ecdsa-sha2-nistp256'], type: 'ec', curve: 'prime256v1' },
  'ecdsa-sha2-nistp384': { keytypes: ['ecdsa', 'ecdsa-sha2-nistp384'], type: 'ec', curve: 'secp384r1' },
  'rsassa-pss-sha256': { keytypes: ['rsa'], type: 'rsa' },
  'rsassa-pss-sha384': { keytypes: ['rsa'], type: 'rsa' },
  'rsassa-pss-sha512': { keytypes: ['rsa'], type: 'rsa' },
};

/** The id that a key has by our rule: the SHA-256 of its canonical JSON, so that a request cannot put another key behind a known id. */
export function keyIdOf({ keytype, keyval, scheme }: TufKey): string {
  return createHash('sha256').update(canonicalJson({ keytype, keyval, scheme })).digest('hex');
}

/**
 * The key itself, however it is written (PEM, hex, upper case, a compressed point): one holder is one fingerprint.
 * Undefined for a type or scheme that is not known here, and for what is not a key.
 */
export function fingerprintOf(tufKey: TufKey): string | undefined {
  try {
    const key = readKey(tufKey);
    if (!key) return undefined;
    const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' });
    const parts = [kty, crv, x, y, n, e].map((part) => part ?? '');
    return createHash('sha256').update(canonicalJson(parts)).digest('hex');
  } catch {
    // the bytes are no key of that kind
    return undefined;
  }
}

/** Reads a key as the TUF library does; undefined when its type, scheme and bytes do not go together. */
export function readKey({ keytype, scheme, keyval }: TufKey): KeyObject | undefined {
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  const text = keyval.public;
  if (!known?.keytypes.includes(keytype) || typeof text !== 'string') return undefined;
  const key = text.startsWith('-----BEGIN PUBLIC KEY-----') ? createPublicKey(text) : fromHex(text, known);
  const isRight =
    key?.asymmetricKeyType === known.type && key.asymmetricKeyDetails?.namedCurve === known.curve;
  return isRight ? key : undefined;
}

/** What stands before the bare bytes of a key in DER. */
const prefixes: Record<string, string> = {
  ed25519: '302a300506032b6570032100',
  prime256v1: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  secp384r1: '3076301006072a8648ce3d020106052b81040022036200',
};

function fromHex(text: string, { type, curve }: { type: string; curve?: string }): KeyObject | undefined {
  const prefix = prefixes[curve ?? type];
  if (!prefix || !/^[0-9a-fA-F]+$/.test(text)) return undefined;
  const der = Buffer.concat([Buffer.from(prefix, 'hex'), Buffer.from(text, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
