import type { Metadata, Root, Targets } from '@tufjs/models';
import { parseRoot, parseTargets } from '../../../system/tuf/parse-role.ts';
import type { RepositoryState } from './state.ts';

/** A signed document: its bytes, and what they say. */
export interface SignedDocument<T> {
  text: string;
  parsed: T;
}

/** What key holders sign, each read once: root, and `targets` with every role it delegates to, by name. */
export interface SignedRoles {
  root: SignedDocument<Metadata<Root>> | undefined;
  targets: ReadonlyMap<string, SignedDocument<Metadata<Targets>>>;
}

/** Reads the roles of a repository; throws `metadata_invalid`. */
export function readRoles({ root, ...others }: RepositoryState['roles']): SignedRoles {
  return {
    root: root === undefined ? undefined : readRoot(root),
    targets: new Map(Object.entries(others).map(([role, text]) => [role, readTargets(role, text)])),
  };
}

/** Reads root; throws `metadata_invalid`. */
export function readRoot(text: string): SignedDocument<Metadata<Root>> {
  return { text, parsed: parseRoot(text) };
}

/** Reads `targets` or a delegated role; throws `metadata_invalid`. */
export function readTargets(role: string, text: string): SignedDocument<Metadata<Targets>> {
  return { text, parsed: parseTargets(role, text) };
}

/** The texts again, as the store keeps them. */
export function textsOf({ root, targets }: SignedRoles): RepositoryState['roles'] {
  const others = [...targets].map(([role, { text }]) => [role, text] as const);
  return Object.fromEntries([...(root ? [['root', root.text] as const] : []), ...others]);
}
