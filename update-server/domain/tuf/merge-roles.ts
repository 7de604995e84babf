import type { Metadata, Root, Targets } from '@tufjs/models';
import type { PublishRequest } from '../../../protocol/api/publish.ts';
import { countingProblem } from '../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { invalid } from '../../../system/tuf/parse-role.ts';
import { verifyRoot } from '../../../system/tuf/verify-by.ts';
import { readRoot, readTargets, type SignedDocument, type SignedRoles } from './signed-roles.ts';

type AnyRole = SignedDocument<Metadata<Root> | Metadata<Targets>>;

/** Lays the sent roles over the present ones: compare-and-swap on versions, and every root signed by the one before. Other roles may skip versions: a holder may have signed several times. */
export function mergeRoles(
  present: SignedRoles,
  sent: PublishRequest['roles'],
  now: Date,
): { roles: SignedRoles; files: Record<string, string> } {
  let { root } = present;
  const targets = new Map(present.targets);
  const latest = (role: string): AnyRole | undefined => (role === 'root' ? root : targets.get(role));
  const files: Record<string, string> = {};
  for (const { role, replaces, json } of sent) {
    refuseConflict(role, latest(role), replaces);
    if (role === 'root') {
      const next = readRoot(json);
      refuseVersion(role, next, replaces);
      verifyRoot(root?.parsed, next.parsed);
      root = next;
    } else {
      const next = readTargets(role, json);
      refuseVersion(role, next, replaces);
      targets.set(role, next);
    }
    files[`${latest(role)?.parsed.signed.version}.${role}.json`] = json;
  }
  for (const { role } of sent) {
    if (latest(role)?.parsed.signed.isExpired(now)) throw new InterlockError('metadata_expired', { role });
  }
  return { roles: { root, targets }, files };
}

/** Somebody else signed in between. */
function refuseConflict(role: string, before: AnyRole | undefined, replaces: number): void {
  const found = before?.parsed.signed.version ?? 0;
  if (found !== replaces) throw new InterlockError('metadata_conflict', { role, found, expected: replaces });
}

function refuseVersion(role: string, { parsed: { signed } }: AnyRole, replaces: number): void {
  const { version } = signed;
  const follows = role === 'root' ? version === replaces + 1 : version > replaces;
  if (!follows) throw invalid(role, `version ${version} cannot follow ${replaces}`);
  const problem = countingProblem(signed, replaces);
  if (problem) throw invalid(role, problem);
}
