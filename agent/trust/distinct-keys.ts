import { Key, Metadata, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models';
import {
  countSigners,
  idProblem,
  type NamedKey,
  type NamedRole,
  type Naming,
} from '../../protocol/formats/keys/threshold.ts';

type JSONObject = Parameters<typeof Key.fromJSON>[1];
type Signed = Root | Targets | Snapshot | Timestamp;
/** Signed metadata of any role. */
export type AnyMetadata = Metadata<Signed>;

/** The keys and roles that a root or a `targets` names. */
export function namingOf({ signed }: AnyMetadata): Naming {
  const { keys = {}, roles = {} } = (
    signed.type === 'root' ? signed : delegationsOf(signed)
  ) as Partial<Naming>;
  return { keys, roles };
}

/** Our profile around the TUF client: what names keys says their hashes. TUF itself leaves ids free (TUF 1.0.34 §4.2). */
export function checkIds(metadata: AnyMetadata): void {
  const problem = idProblem(namingOf(metadata));
  if (problem) throw new Error(problem);
}

/** A key that the library cannot even read: of a kind yet to come. It signs nothing here, and nothing is wrong with its document. */
class FutureKey extends Key {
  readonly #data: JSONObject;

  constructor(keyID: string, data: JSONObject) {
    super({ keyID, keyType: '', scheme: '', keyVal: {} });
    this.#data = data;
  }

  override verifySignature(): never {
    throw new Error(`key ${this.keyID} is of an unknown type`);
  }

  override toJSON(): JSONObject {
    return this.#data;
  }
}

const readKnown = Key.fromJSON;
Key.fromJSON = (keyID, data) => {
  try {
    return readKnown(keyID, data);
  } catch {
    // a kind of key that this version does not know
    return new FutureKey(keyID, data);
  }
};

/**
 * The library counts key ids; one key under two of them would reach a threshold of two. It has no hook for this, so the one
 * method that counts is replaced, for everything in this process.
 */
Metadata.prototype.verifyDelegate = function verifyDelegate(role, document) {
  const named = findRole(this, role);
  if (!named) throw new Error(`no delegation found for ${role}`);
  const isSigned = (key: NamedKey) => signedBy(key as Key, document);
  const signed = countSigners(named, namingOf(this).keys, isSigned);
  if (signed >= named.threshold) return;
  throw new Error(`${role} was signed by ${signed}/${named.threshold} keys`);
};

function findRole(metadata: AnyMetadata, role: string): NamedRole | undefined {
  const { roles } = namingOf(metadata);
  if (Object.hasOwn(roles, role)) return roles[role];
  const succinct = delegationsOf(metadata.signed)?.succinctRoles;
  return succinct?.isDelegatedRole(role) ? succinct : undefined;
}

function delegationsOf(signed: Signed) {
  const { delegations } = signed as Signed & {
    delegations?: { succinctRoles?: NamedRole & { isDelegatedRole(role: string): boolean } };
  };
  return delegations ?? {};
}

function signedBy(key: Key, document: AnyMetadata): boolean {
  try {
    key.verifySignature(document);
    return true;
  } catch {
    // a signature that is missing or wrong counts for nothing; the threshold decides
    return false;
  }
}
