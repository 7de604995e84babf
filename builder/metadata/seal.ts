import { Metadata, type Root, Signature, type Targets } from '@tufjs/models';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Signer } from './signer.ts';

/** Who may sign a role: ids of its keys, and how many of them must. */
export interface Signers {
  keyIDs: readonly string[];
  threshold: number;
}

/** Signers by TUF key id: whichever of them the folder at hand has. */
export interface Keyring {
  dir: string;
  keys: ReadonlyMap<string, Signer>;
  /** Signatures are gathered one by one: too few are not an error yet. */
  isGathering?: boolean;
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
  const ids = groups.flatMap(({ keyIDs, threshold }) => {
    const here = keyIDs.filter((id) => keyring.keys.has(id));
    if (here.length < threshold && !keyring.isGathering) {
      throw new InterlockError('keys_missing', { dir: keyring.dir, role });
    }
    return here;
  });
  const metadata = new Metadata(signed);
  addSignatures(role, metadata, keyring, ids);
  return textOf(metadata);
}

/** Adds the signatures of these keys, each once; a person may have to touch a token for it. */
export function addSignatures(
  role: string,
  metadata: Metadata<Root | Targets>,
  { keys }: Keyring,
  ids: readonly string[],
): void {
  for (const id of new Set(ids)) {
    const signer = keys.get(id);
    if (signer && !metadata.signatures[id]) {
      metadata.sign((bytes) => new Signature({ keyID: id, sig: signer.sign(bytes, role) }));
    }
  }
}

/** Metadata as it is kept and sent. */
export function textOf(metadata: Metadata<Root | Targets>): string {
  return `${JSON.stringify(metadata.toJSON(), null, 1)}\n`;
}
