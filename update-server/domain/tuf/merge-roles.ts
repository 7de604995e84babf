import type { PublishRequest } from '../../../protocol/api/publish.ts';
import { countingProblem } from '../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { invalid, parseRoot, parseTargets } from '../../../system/tuf/parse-role.ts';
import { verifyRoot } from '../../../system/tuf/verify-by.ts';

/** Lays the sent roles over the present ones: compare-and-swap on versions, and every root signed by the one before. Other roles may skip versions: a holder may have signed several times. */
export function mergeRoles(
  present: Record<string, string>,
  sent: PublishRequest['roles'],
  now: Date,
): { roles: Record<string, string>; files: Record<string, string> } {
  const roles = { ...present };
  const files: Record<string, string> = {};
  for (const { role, replaces, json } of sent) {
    const before = roles[role];
    const found = before === undefined ? 0 : versionOf(role, before);
    if (found !== replaces)
      throw new InterlockError('metadata_conflict', { role, found, expected: replaces });
    const version = versionOf(role, json);
    const follows = role === 'root' ? version === replaces + 1 : version > replaces;
    if (!follows) throw invalid(role, `version ${version} cannot follow ${replaces}`);
    const problem = countingProblem(parse(role, json).signed, replaces);
    if (problem) throw invalid(role, problem);
    if (role === 'root') verifyRoot(before === undefined ? undefined : parseRoot(before), parseRoot(json));
    roles[role] = json;
    files[`${version}.${role}.json`] = json;
  }
  for (const { role } of sent) refuseExpired(role, roles[role]!, now);
  return { roles, files };
}

function refuseExpired(role: string, json: string, now: Date): void {
  if (parse(role, json).signed.isExpired(now)) throw new InterlockError('metadata_expired', { role });
}

function versionOf(role: string, json: string): number {
  return parse(role, json).signed.version;
}

function parse(role: string, json: string) {
  return role === 'root' ? parseRoot(json) : parseTargets(role, json);
}
