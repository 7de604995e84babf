import type { Metadata, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import {
  countSigners,
  type NamedKey,
  type Naming,
  namingProblem,
} from '../../protocol/formats/keys/threshold.ts';
import { invalid } from './parse-role.ts';

type Signed = Root | Targets | Snapshot | Timestamp;

/** Checks that enough of a role's holders signed a document, by what `above` (root or targets) names; throws `metadata_invalid`. */
export function verifyBy(above: Metadata<Root | Targets>, role: string, document: Metadata<Signed>): void {
  if (!Object.hasOwn(namingOf(above).roles, role)) throw invalid(role, 'nothing delegates to it');
  const { signatures, threshold } = signaturesBy(above, role, document);
  if (signatures < threshold) throw invalid(role, `was signed by ${signatures}/${threshold} keys`);
}

/** Refuses a root or targets whose keys and thresholds are not what they seem. */
export function checkNaming(metadata: Metadata<Root | Targets>): void {
  const problem = namingProblem(namingOf(metadata));
  if (problem) throw invalid(metadata.signed.type, problem);
}

/** TUF 1.0.34 §5.3.4: a new root carries the signatures of the old root's keys, where there is one, and of its own. */
export function verifyRoot(before: Metadata<Root> | undefined, next: Metadata<Root>): void {
  if (before !== undefined) verifyBy(before, 'root', next);
  checkNaming(next);
  verifyBy(next, 'root', next);
}

/** How many of a role's holders signed a document truly, by what `above` names, and how many must. */
export function signaturesBy(above: Metadata<Root | Targets>, role: string, document: Metadata<Signed>) {
  const { keys, roles } = namingOf(above);
  const named = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (!named) return { signatures: 0, threshold: 1 };
  const signatures = countSigners(named, keys, (key) => isSignedBy(key, document));
  return { signatures, threshold: named.threshold };
}

/** Ids of the keys that may sign a role by what `above` names. */
export function idsOf(above: Metadata<Root | Targets>, role: string): readonly string[] {
  const { roles } = namingOf(above);
  return (Object.hasOwn(roles, role) && roles[role]?.keyIDs) || [];
}

/** Takes away signatures by these keys that are not true: one would keep the holder from signing. */
export function dropFalse(above: Metadata<Root | Targets>, document: Metadata<Signed>): void {
  for (const key of Object.values(namingOf(above).keys)) {
    if (document.signatures[key.keyID] && !isSignedBy(key, document)) delete document.signatures[key.keyID];
  }
}

function namingOf({ signed }: Metadata<Root | Targets>): Naming {
  const named = signed.type === 'root' ? (signed as Root) : (signed as Targets).delegations;
  return { keys: named?.keys ?? {}, roles: named?.roles ?? {} };
}

function isSignedBy(key: NamedKey, document: Metadata<Signed>): boolean {
  try {
    (key as Root['keys'][string]).verifySignature(document);
    return true;
  } catch {
    return false;
  }
}
