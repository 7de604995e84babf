import type { Metadata, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import {
  countSigners,
  type NamedKey,
  type Naming,
  namingProblem,
} from '../../../protocol/formats/keys/threshold.ts';
import { invalid } from './parse-role.ts';

type Signed = Root | Targets | Snapshot | Timestamp;

/** Checks that enough of a role's holders signed a document, by what `above` (root or targets) names; throws `metadata_invalid`. */
export function verifyBy(above: Metadata<Root | Targets>, role: string, document: Metadata<Signed>): void {
  const naming = namingOf(above);
  const named = Object.hasOwn(naming.roles, role) ? naming.roles[role] : undefined;
  if (!named) throw invalid(role, 'nothing delegates to it');
  const signed = countSigners(named, naming.keys, (key) => isSignedBy(key, document));
  if (signed < named.threshold) throw invalid(role, `was signed by ${signed}/${named.threshold} keys`);
}

/** Refuses a root or targets whose keys and thresholds are not what they seem. */
export function checkNaming(metadata: Metadata<Root | Targets>): void {
  const problem = namingProblem(namingOf(metadata));
  if (problem) throw invalid(metadata.signed.type, problem);
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
