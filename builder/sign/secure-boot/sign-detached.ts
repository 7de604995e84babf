import { sign } from 'node:crypto';
import type { Signer } from './signed-data.ts';

/**
 * Signs a file for a machine whose firmware knows the key: RSA PKCS #1 v1.5 over its SHA-256, as
 * `openssl dgst -sha256 -sign db.key` does.
 */
export function signDetached(content: Uint8Array, { key }: Signer): Buffer {
  return sign('sha256', content, key);
}
