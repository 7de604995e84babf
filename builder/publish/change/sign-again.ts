import { Targets } from '@tufjs/models';
import { expiresAt } from '../../../protocol/documents/trust.ts';
import { type KeysFolder, signersOf } from '../../keys-folder/keys-folder.ts';
import { parseTargets } from '../../metadata/parse-role.ts';
import { seal } from '../../metadata/seal.ts';
import { verifyBy } from '../../metadata/verify-by.ts';

/**
 * Roles that got new keys in the folder while others signed them on the server by the old ones: what the server shows of them,
 * signed by the new. Texts by role. Throws `keys_missing` when the new keys are not here.
 */
export function carryOver(
  { keyring, roles: mine }: KeysFolder,
  theirs: Record<string, string>,
  { roles, root }: { roles: Record<string, string>; root: string },
  now: Date,
): Record<string, string> {
  const targets = parseTargets('targets', roles.targets ?? '');
  const lost = Object.keys(targets.signed.delegations?.roles ?? {}).filter((role) => {
    const text = theirs[role];
    return (
      text !== undefined &&
      roles[role] === text &&
      !isSigned(() => verifyBy(targets, role, parseTargets(role, text)))
    );
  });
  return Object.fromEntries(
    lost.map((role) => {
      const before = parseTargets(role, theirs[role] ?? '').signed;
      const known = mine[role] ? parseTargets(role, mine[role]).signed.version : 0;
      const version = Math.max(before.version, known) + 1;
      const next = Targets.fromJSON({ ...before.toJSON(), version, expires: expiresAt(role, now) });
      return [role, seal(role, next, keyring, [signersOf(role, root, roles.targets ?? '')])];
    }),
  );
}

function isSigned(verify: () => void): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}
