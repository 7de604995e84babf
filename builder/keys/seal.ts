import type { KeyObject } from 'node:crypto';
import { Metadata, type Root, Signature, type Targets } from '@tufjs/models';
import { InterlockError } from '../../protocol/errors.ts';
import { signBytes } from '../../protocol/signature.ts';

/** Who may sign a role: ids of its keys, and how many of them must. */
export interface Signers {
  keyIDs: readonly string[];
  threshold: number;
}

/** Private keys by TUF key id: whichever of them lie in the folder at hand. */
export interface Keyring {
  dir: string;
  keys: ReadonlyMap<string, KeyObject>;
}

/**
 * Signs a role with every key at hand that may, for each group of signers (a root has two: the old and its own).
 * Throws `keys_missing` below a threshold. Returns the metadata's text; not one byte of it may change afterwards.
 */
export function seal(
  role: string,
  signed: Root | Targets,
  keyring: Keyring,
  groups: readonly Signers[],
): string {
  const metadata = new Metadata(signed);
  for (const { keyIDs, threshold } of groups) {
    const here = keyIDs.flatMap((id) => keyring.keys.get(id) ?? []);
    if (here.length < threshold) throw new InterlockError('keys_missing', { dir: keyring.dir, role });
    for (const key of here) metadata.sign((bytes) => toSignature(signBytes(key, bytes)));
  }
  return `${JSON.stringify(metadata.toJSON(), null, 1)}\n`;
}

function toSignature({ keyid, sig }: { keyid: string; sig: string }): Signature {
  return new Signature({ keyID: keyid, sig });
}
