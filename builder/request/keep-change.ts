import type { PublishRequest } from '../../protocol/api/publish.ts';
import { type KeysFolder, keepRole } from '../keys-folder/keys-folder.ts';
import { documentOf, versionOf } from '../metadata/document.ts';
import { changeText, type Show } from './describe/show-change.ts';
import { writeRequest } from './write-request.ts';

/** Where a change goes, and what is called with its text. */
export interface Outlet {
  /** File for a signing request, in place of the folder. */
  exportTo?: string | undefined;
  show?: Show | undefined;
}

/** Keeps newly signed roles in the folder; with `exportTo`, writes them as a signing request instead and keeps nothing. */
export async function keepChange(
  folder: KeysFolder,
  texts: Record<string, string>,
  { exportTo, show }: Outlet,
): Promise<void> {
  const signed = Object.entries(texts).map(([role, json]) => ({ role, json }));
  show?.(changeText(folder, signed));
  if (exportTo !== undefined) return writeRequest(exportTo, asPublication(folder, texts), folder);
  for (const [role, text] of Object.entries(texts)) await keepRole(folder.dir, role, text);
}

/** The folder with a keyring that gathers, when what it signs is to be exported. */
export function gathering(folder: KeysFolder, exportTo: string | undefined): KeysFolder {
  return { ...folder, keyring: { ...folder.keyring, isGathering: exportTo !== undefined } };
}

/** The folder without its keys: what it seals has no signature of theirs. */
export function unsigning(folder: KeysFolder): KeysFolder {
  return { ...folder, keyring: { ...folder.keyring, keys: new Map(), isGathering: true } };
}

function asPublication(folder: KeysFolder, texts: Record<string, string>): PublishRequest {
  const roles = Object.entries(texts).map(([role, json]) => ({
    role,
    json,
    replaces: versionOf(documentOf(folder, role)),
  }));
  return { roles, targets: {}, action: 'renew', name: 'metadata' };
}
