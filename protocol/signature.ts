import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** A public key as TUF metadata carries it (TUF 1.0.34 §4.2): the raw 32 bytes in hex. */
export interface PublicKey {
  keytype: 'ed25519';
  scheme: 'ed25519';
  keyval: { public: string };
}

/** A TUF public key with its id, so that keyring, root and server name one key alike. Takes either half of an ed25519 key. */
export function publicKeyOf(key: KeyObject): { id: string; key: PublicKey } {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  const { x } = half.export({ format: 'jwk' });
  const hex = Buffer.from(x ?? '', 'base64url').toString('hex');
  const canonical = `{"keytype":"ed25519","keyval":{"public":"${hex}"},"scheme":"ed25519"}`;
  return {
    id: createHash('sha256').update(canonical).digest('hex'),
    key: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex } },
  };
}

/** Signs canonical bytes with an ed25519 private key; `sig` is hex (TUF 1.0.34 §4.2). */
export function signBytes(key: KeyObject, bytes: Uint8Array): { keyid: string; sig: string } {
  return { keyid: publicKeyOf(key).id, sig: sign(null, bytes, key).toString('hex') };
}
