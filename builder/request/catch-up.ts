import type { Metadata, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/documents/trust.ts';
import { checkNaming, verifyBy } from '../../system/tuf/verify-by.ts';
import { type KeysFolder, keepRole } from '../keys-folder/keys-folder.ts';
import {
  type RoleDocuments,
  readRoot,
  readTargets,
  type TargetsDocument,
  versionOf,
  withDocuments,
} from '../metadata/document.ts';
import { followRoot } from '../metadata/follow-root.ts';
import { signedJson } from '../metadata/signed-json.ts';
import { describeRoles } from './describe/describe-roles.ts';
import type { SigningRequest } from './request.ts';

/**
 * The folder after it took over what the request says is in force already: each root signed by the one before, `targets` by the
 * last, other roles by whom `targets` names. Throws `metadata_invalid` for a request of another owner.
 */
export function catchUp(folder: KeysFolder, { known }: SigningRequest): KeysFolder {
  const roots = known.roots
    .map((text) => readRoot(text))
    .filter((root) => versionOf(root) > versionOf(folder.root))
    .toSorted((a, b) => versionOf(a) - versionOf(b));
  roots.forEach((next, index) => {
    followRoot(roots[index - 1] ?? folder.root, next);
  });
  const caught = withDocuments(folder, { roots });
  const targets = readTargets('targets', known.targets);
  checkNaming(targets.parsed);
  verifyBy(caught.root.parsed, 'targets', targets.parsed);
  const isNewer = versionOf(targets) > versionOf(folder.targets);
  const roles = newerRoles(folder, known.roles ?? {}, isNewer ? targets : folder.targets);
  return withDocuments(caught, { roles: isNewer ? { ...roles, targets } : roles });
}

/**
 * Roles that are newer than here and that enough of those signed who may now; others are left aside. What a revoked key
 * signed must not become what a change is shown against.
 */
function newerRoles(
  { roles }: KeysFolder,
  known: Record<string, string>,
  above: TargetsDocument,
): RoleDocuments {
  const sent = Object.entries(known).map(([role, text]) => [role, readTargets(role, text)] as const);
  const newer = sent.filter(
    ([role, document]) =>
      versionOf(document) > versionOf(roles[role]) && isSigned(above.parsed, role, document.parsed),
  );
  return Object.fromEntries(newer);
}

function isSigned(by: Metadata<Targets>, role: string, document: Metadata<Targets>): boolean {
  try {
    verifyBy(by, role, document);
    return true;
  } catch {
    return false;
  }
}

/** What a folder took over, in words: a line for each document, with who may sign what since. */
export function takenOver(before: KeysFolder, after: KeysFolder): string[] {
  const roots = after.roots.slice(before.roots.length - 1);
  const steps = roots.slice(1).map((root, index) => ['root', roots[index], root] as const);
  const others = Object.entries(after.roles)
    .filter(([role, { text }]) => text !== before.roles[role]?.text)
    .map(([role, document]) => [role, before.roles[role], document] as const);
  return [...steps, ...others].map(([role, old, document]) => {
    const next = signedJson(role, document.text);
    const words = isTopRole(role) ? describeRoles(old && signedJson(role, old.text), next) : [];
    return [`${role} ${next.version}`, ...words].join('; ');
  });
}

/** Keeps in the folder what a request showed to be in force. */
export async function keepKnown(before: KeysFolder, after: KeysFolder): Promise<void> {
  for (const { text } of after.roots.slice(before.roots.length)) await keepRole(before.dir, 'root', text);
  for (const [role, { text }] of Object.entries(after.roles)) {
    if (text !== before.roles[role]?.text) await keepRole(before.dir, role, text);
  }
}
