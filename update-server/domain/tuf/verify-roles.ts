import type { Metadata, Root, Targets } from '@tufjs/models';
import { invalid, parseRoot, parseTargets } from '../../../system/tuf/parse-role.ts';
import { checkNaming, verifyBy } from '../../../system/tuf/verify-by.ts';

/** A whole repository whose every signature was checked. */
export interface VerifiedRoles {
  root: Metadata<Root>;
  targets: Metadata<Targets>;
  delegated: Record<string, Metadata<Targets>>;
}

/** Checks all roles together, so that a new root or a new delegation cannot leave hosts with roles they refuse. */
export function verifyRoles(texts: Record<string, string>): VerifiedRoles {
  if (texts.root === undefined || texts.targets === undefined) {
    throw invalid('root', 'a repository begins with root and targets');
  }
  const root = parseRoot(texts.root);
  const targets = parseTargets('targets', texts.targets);
  verifyBy(root, 'targets', targets);
  if (!root.signed.consistentSnapshot) throw invalid('root', 'consistent_snapshot must be true');
  if (Object.keys(targets.signed.targets).length > 0) throw invalid('targets', 'may only delegate');
  checkNaming(root);
  checkNaming(targets);
  const delegated: Record<string, Metadata<Targets>> = {};
  for (const role of Object.keys(targets.signed.delegations?.roles ?? {})) {
    const text = texts[role];
    if (text === undefined) throw invalid(role, 'is delegated to and missing');
    delegated[role] = parseTargets(role, text);
    verifyBy(targets, role, delegated[role]);
    if (delegated[role].signed.delegations) throw invalid(role, 'may not delegate');
  }
  const strays = Object.keys(texts).filter(
    (role) => !['root', 'targets', ...Object.keys(delegated)].includes(role),
  );
  if (strays[0] !== undefined) throw invalid(strays[0], 'nothing delegates to it');
  return { root, targets, delegated };
}
