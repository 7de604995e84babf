import { fingerprintOf, keyIdOf, readKey, type TufKey } from './public-key.ts';
import { publicKeyOf } from './signature.ts';

/** A key of a document that names signers, as the TUF library holds it. */
export interface NamedKey {
  keyID: string;
  keyType: string;
  scheme: string;
  keyVal: Record<string, unknown>;
  unrecognizedFields?: Record<string, unknown> | undefined;
}

/** Who signs for a role: any of these keys, and how many of them. */
export interface NamedRole {
  keyIDs: readonly string[];
  threshold: number;
}

/** The part of `root` or `targets` that names keys and roles. */
export interface Naming {
  keys: Record<string, NamedKey>;
  roles: Record<string, NamedRole>;
}

/** How many holders signed: distinct public keys whose signature `isSigned` finds true. Ids are only names, and one key may have several. */
export function countSigners(
  { keyIDs }: Pick<NamedRole, 'keyIDs'>,
  keys: Naming['keys'],
  isSigned: (key: NamedKey) => boolean,
): number {
  const signed = keyIDs.flatMap((id) => {
    const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
    const fingerprint = key && fingerprintOf(asTufKey(key));
    return key && fingerprint && isSigned(key) ? [fingerprint] : [];
  });
  return new Set(signed).size;
}

/** A key under an id that is not the hash of it, in words. Keys of an unknown type may have any id: they never count here. */
export function idProblem({ keys }: Pick<Naming, 'keys'>): string | undefined {
  const wrong = Object.values(keys).find((named) => {
    const tufKey = asTufKey(named);
    return fingerprintOf(tufKey) !== undefined && keyIdOf(tufKey) !== named.keyID;
  });
  return wrong && `key id ${wrong.keyID} is not the hash of its key`;
}

/**
 * What is wrong with the keys and thresholds of a document that we are to sign or to publish, in words. Stricter than what a
 * host must understand: only keys of our kinds, written in our way, each once, and as many as the threshold needs.
 */
export function namingProblem(naming: Naming): string | undefined {
  return keysProblem(naming) ?? Object.entries(naming.roles).map(roleProblemIn(naming)).find(Boolean);
}

function keysProblem({ keys }: Naming): string | undefined {
  const seen = new Map<string, string>();
  for (const named of Object.values(keys)) {
    const { keyID, keyType, scheme } = named;
    const tufKey = asTufKey(named);
    const fingerprint = fingerprintOf(tufKey);
    if (fingerprint === undefined) return `key ${keyID} is of unknown type ${keyType} (${scheme})`;
    if (keyIdOf(tufKey) !== keyID) return `key id ${keyID} is not the hash of its key`;
    const twin = seen.get(fingerprint);
    if (twin !== undefined) return `${twin} and ${keyID} are one key`;
    if (!isOurs(named)) return `key ${keyID} is not written as ed25519 or P-256 keys are here`;
    seen.set(fingerprint, keyID);
  }
  return undefined;
}

function roleProblemIn({ keys }: Naming) {
  return ([role, { keyIDs, threshold }]: [string, NamedRole]): string | undefined => {
    const count = new Set(keyIDs.filter((id) => Object.hasOwn(keys, id))).size;
    if (Number.isInteger(threshold) && threshold >= 1 && threshold <= count) return undefined;
    return `${role} needs ${threshold} signatures and has ${count} keys`;
  };
}

/** True for a key that is written exactly as we write it: no second spelling, no field that nobody looks at. */
function isOurs(named: NamedKey): boolean {
  const object = readKey(asTufKey(named));
  if (!object || !['ed25519', 'ec'].includes(object.asymmetricKeyType ?? '')) return false;
  if (object.asymmetricKeyDetails?.namedCurve === 'secp384r1') return false;
  const { id } = publicKeyOf(object);
  return id === named.keyID && Object.keys(named.unrecognizedFields ?? {}).length === 0;
}

function asTufKey({ keyType, scheme, keyVal }: NamedKey): TufKey {
  return { keytype: keyType, scheme, keyval: keyVal };
}
