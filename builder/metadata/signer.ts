import type { KeyObject } from 'node:crypto';
import { publicKeyOf, signBytes } from '../../protocol/formats/keys/signature.ts';

/** Something that signs with one key, wherever that key lives. */
export interface Signer {
  /** TUF key id. */
  id: string;
  /** Either half of the key, as far as it is known here. */
  key: KeyObject;
  /** File in the keys folder that it came from; empty for a key just made. */
  file: string;
  /** Hex signature of these bytes. `role` is shown to the person who is asked to confirm. */
  sign(bytes: Uint8Array, role: string): string;
}

/** Signs with a private key at hand. */
export function keySigner(key: KeyObject, file = ''): Signer {
  return { id: publicKeyOf(key).id, key, file, sign: (bytes) => signBytes(key, bytes).sig };
}
