import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { InterlockError } from '../../errors/interlock-error.ts';
import { keyIdOf } from './public-key.ts';

/** A public key as TUF metadata carries it (TUF 1.0.34 §4.2): the raw 32 bytes in hex, or PEM for P-256. */
export interface PublicKey {
  keytype: 'ed25519' | 'ecdsa';
  scheme: 'ed25519' | 'ecdsa-sha2-nistp256';
  keyval: { public: string };
}

/** A TUF public key with its id, so that keyring, root and server name one key alike. Takes either half of a key. */
export function publicKeyOf(key: KeyObject): { id: string; key: PublicKey } {
  const named = describe(key.type === 'private' ? createPublicKey(key) : key);
  return { id: keyIdOf({ ...named }), key: named };
}

/** Whether a key can sign metadata: ed25519, or P-256 as most tokens have it. */
export function canSign(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ed25519' || isP256(key);
}

/** Signs canonical bytes; `sig` is hex (TUF 1.0.34 §4.2). */
export function signBytes(key: KeyObject, bytes: Uint8Array): { keyid: string; sig: string } {
  return { keyid: publicKeyOf(key).id, sig: sign(digestOf(key), bytes, key).toString('hex') };
}

/** The digest that a key's scheme takes first; ed25519 takes the bytes themselves. */
export function digestOf(key: KeyObject): 'sha256' | null {
  return isP256(key) ? 'sha256' : null;
}

function describe(half: KeyObject): PublicKey {
  if (isP256(half)) {
    const pem = half.export({ type: 'spki', format: 'pem' }).toString();
    return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem } };
  }
  if (half.asymmetricKeyType !== 'ed25519') {
    const problem = `${half.asymmetricKeyType} cannot sign metadata; ed25519 and P-256 can`;
    throw new InterlockError('bad_input', { what: 'key', problem });
  }
  const { x } = half.export({ format: 'jwk' });
  const hex = Buffer.from(x ?? '', 'base64url').toString('hex');
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex } };
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}
