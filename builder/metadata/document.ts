import type { Metadata, Root, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/documents/trust.ts';
import { parseRoot, parseTargets, refusing } from '../../system/tuf/parse-role.ts';
import type { Signers } from './seal.ts';

/** A signed document: its text byte for byte, and what the TUF library reads in it. */
export interface Document<T extends Root | Targets> {
  text: string;
  parsed: Metadata<T>;
}

/** `root.json`. */
export type RootDocument = Document<Root>;
/** `targets.json`, or the metadata of a role it delegates to. */
export type TargetsDocument = Document<Targets>;
/** `targets` and the roles it delegates to, by name. */
export type RoleDocuments = Record<string, TargetsDocument>;

/** The two documents that name who may sign. */
export interface Authority {
  root: RootDocument;
  targets: TargetsDocument;
}

/** All that is in force in one place; `root` is the last of `roots`, and `targets` is among `roles`. */
export interface InForce extends Authority {
  /** Oldest first. */
  roots: readonly RootDocument[];
  roles: RoleDocuments;
}

/** Reads root metadata and keeps its text; throws `metadata_invalid`. */
export function readRoot(text: string): RootDocument {
  return { text, parsed: parseRoot(text) };
}

/** Reads the metadata of `targets` or of a delegated role and keeps its text; throws `metadata_invalid`. */
export function readTargets(role: string, text: string): TargetsDocument {
  return { text, parsed: parseTargets(role, text) };
}

/** What is in force once these documents came into force too. */
export function withDocuments<T extends InForce>(
  before: T,
  { roots = [], roles = {} }: { roots?: readonly RootDocument[]; roles?: RoleDocuments },
): T {
  return {
    ...before,
    roots: [...before.roots, ...roots],
    root: roots.at(-1) ?? before.root,
    roles: { ...before.roles, ...roles },
    targets: roles.targets ?? before.targets,
  };
}

/** What is in force of a role, or undefined for a role that was never signed. */
export function documentOf({ root, roles }: InForce, role: string): Document<Root | Targets> | undefined {
  return role === 'root' ? root : roles[role];
}

/** The document of a delegated role that must be there; throws `metadata_invalid`. */
export function requireRole(roles: RoleDocuments, role: string): TargetsDocument {
  return refusing(role, () => {
    if (!roles[role]) throw new Error('there is no metadata of this role');
    return roles[role];
  });
}

/** The version of a document, 0 for one that does not exist yet. */
export function versionOf(document: Document<Root | Targets> | undefined): number {
  return document?.parsed.signed.version ?? 0;
}

/** Texts by role, as they are sent and written. */
export function textsOf(roles: RoleDocuments): Record<string, string> {
  return Object.fromEntries(Object.entries(roles).map(([role, { text }]) => [role, text]));
}

/** Whose signatures a role needs, according to the role above it. */
export function signersOf(role: string, { root, targets }: Authority): Signers {
  const signers = isTopRole(role)
    ? root.parsed.signed.roles[role]
    : targets.parsed.signed.delegations?.roles?.[role];
  return refusing(role, () => {
    if (!signers)
      throw new Error('targets delegates nothing to it; a channel is added by `interlock keys add-channel`');
    return signers;
  });
}
