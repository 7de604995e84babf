import type { Metadata, Root, Targets } from '@tufjs/models';
import { invalid } from '../../../system/tuf/parse-role.ts';
import { checkNaming, verifyBy } from '../../../system/tuf/verify-by.ts';
import type { SignedRoles } from './signed-roles.ts';

/** A whole repository whose every signature was checked. */
export interface VerifiedRoles {
  root: Metadata<Root>;
  targets: Metadata<Targets>;
  delegated: Record<string, Metadata<Targets>>;
}

/** Checks all roles together, so that a new root or a new delegation cannot leave hosts with roles they refuse. */
export function verifyRoles(roles: SignedRoles): VerifiedRoles {
  const root = roles.root?.parsed;
  const targets = roles.targets.get('targets')?.parsed;
  if (!root || !targets) throw invalid('root', 'a repository begins with root and targets');
  verifyBy(root, 'targets', targets);
  if (!root.signed.consistentSnapshot) throw invalid('root', 'consistent_snapshot must be true');
  if (Object.keys(targets.signed.targets).length > 0) throw invalid('targets', 'may only delegate');
  checkNaming(root);
  checkNaming(targets);
  const delegated: Record<string, Metadata<Targets>> = {};
  for (const role of Object.keys(targets.signed.delegations?.roles ?? {})) {
    const metadata = roles.targets.get(role)?.parsed;
    if (!metadata) throw invalid(role, 'is delegated to and missing');
    verifyBy(targets, role, metadata);
    if (metadata.signed.delegations) throw invalid(role, 'may not delegate');
    delegated[role] = metadata;
  }
  const stray = [...roles.targets.keys()].find(
    (role) => role !== 'targets' && !Object.hasOwn(delegated, role),
  );
  if (stray !== undefined) throw invalid(stray, 'nothing delegates to it');
  return { root, targets, delegated };
}
