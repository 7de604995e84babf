import { Targets } from '@tufjs/models';
import { expiresAt } from '../../../protocol/documents/trust.ts';
import { verifyBy } from '../../../system/tuf/verify-by.ts';
import type { KeysFolder } from '../../keys-folder/keys-folder.ts';
import {
  type Authority,
  type RoleDocuments,
  readTargets,
  signersOf,
  versionOf,
} from '../../metadata/document.ts';
import { seal } from '../../metadata/seal.ts';

/**
 * Roles that got new keys in the folder while others signed them on the server by the old ones: what the server shows of them,
 * signed by the new. Texts by role. Throws `keys_missing` when the new keys are not here.
 */
export function signAgain(
  { keyring, roles: mine }: KeysFolder,
  theirs: RoleDocuments,
  above: Authority & { roles: RoleDocuments },
  now: Date,
): RoleDocuments {
  const { targets, roles } = above;
  const lost = Object.keys(targets.parsed.signed.delegations?.roles ?? {}).flatMap((role) => {
    const document = theirs[role];
    if (!document || roles[role]?.text !== document.text) return [];
    return isSigned(() => verifyBy(targets.parsed, role, document.parsed)) ? [] : [{ role, document }];
  });
  return Object.fromEntries(
    lost.map(({ role, document }) => {
      const before = document.parsed.signed;
      const version = Math.max(before.version, versionOf(mine[role])) + 1;
      const next = Targets.fromJSON({ ...before.toJSON(), version, expires: expiresAt(role, now) });
      return [role, readTargets(role, seal(role, next, keyring, [signersOf(role, above)]))];
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
