import type { Metadata, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/documents/trust.ts';
import { type KeysFolder, keepRole } from '../keys-folder/keys-folder.ts';
import { followRoot } from '../metadata/follow-root.ts';
import { parseRoot, parseTargets } from '../metadata/parse-role.ts';
import { signedJson } from '../metadata/signed-json.ts';
import { checkNaming, verifyBy } from '../metadata/verify-by.ts';
import { namingWords } from './describe/describe-roles.ts';
import type { SigningRequest } from './request.ts';

/**
 * The folder after it took over what the request says is in force already: each root signed by the one before, `targets` by the
 * last, other roles by whom `targets` names. Throws `metadata_invalid` for a request of another owner.
 */
export function catchUp(folder: KeysFolder, { known }: SigningRequest): KeysFolder {
  const newest = versionOf(folder.roots.at(-1) ?? '');
  const newer = known.roots
    .filter((text) => versionOf(text) > newest)
    .toSorted((a, b) => versionOf(a) - versionOf(b));
  const roots = [...folder.roots];
  for (const text of newer) {
    followRoot(roots.at(-1) ?? '', text);
    roots.push(text);
  }
  const targets = parseTargets('targets', known.targets);
  checkNaming(targets);
  verifyBy(parseRoot(roots.at(-1) ?? ''), 'targets', targets);
  const mine = parseTargets('targets', folder.roles.targets ?? '');
  const isNewer = targets.signed.version > mine.signed.version;
  const roles = { ...folder.roles, ...newerRoles(folder, known.roles ?? {}, isNewer ? targets : mine) };
  return { ...folder, roots, roles: isNewer ? { ...roles, targets: known.targets } : roles };
}

/**
 * Roles that are newer than here and that enough of those signed who may now; others are left aside. What a revoked key
 * signed must not become what a change is shown against.
 */
function newerRoles(
  { roles }: KeysFolder,
  known: Record<string, string>,
  above: Metadata<Targets>,
): Record<string, string> {
  const newer = Object.entries(known).filter(([role, text]) => {
    const document = parseTargets(role, text);
    const before = roles[role] === undefined ? 0 : parseTargets(role, roles[role]).signed.version;
    return document.signed.version > before && isSigned(above, role, document);
  });
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
  const steps = roots.slice(1).map((text, index) => ['root', roots[index], text] as const);
  const others = Object.entries(after.roles)
    .filter(([role, text]) => text !== before.roles[role])
    .map(([role, text]) => [role, before.roles[role], text] as const);
  return [...steps, ...others].map(([role, old, text]) => {
    const next = signedJson(role, text);
    const words = isTopRole(role) ? namingWords(old ? signedJson(role, old) : undefined, next) : [];
    return [`${role} ${next.version}`, ...words].join('; ');
  });
}

/** Keeps in the folder what a request showed to be in force. */
export async function keepKnown(before: KeysFolder, after: KeysFolder): Promise<void> {
  for (const text of after.roots.slice(before.roots.length)) await keepRole(before.dir, 'root', text);
  for (const [role, text] of Object.entries(after.roles)) {
    if (text !== before.roles[role]) await keepRole(before.dir, role, text);
  }
}

function versionOf(text: string): number {
  return parseRoot(text).signed.version;
}
