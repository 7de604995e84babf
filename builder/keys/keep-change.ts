import type { PublishRequest } from '../../protocol/publish.ts';
import { writeRequest } from '../sign/request.ts';
import { type KeysFolder, keepRole } from './keys-folder.ts';
import { parseRoot, parseTargets } from './parse-role.ts';

/** Keeps newly signed roles in the folder; with `exportTo`, writes them as a signing request instead and keeps nothing. */
export async function keepChange(
  folder: KeysFolder,
  texts: Record<string, string>,
  exportTo: string | undefined,
): Promise<void> {
  if (exportTo !== undefined) return writeRequest(exportTo, asPublication(folder, texts), folder);
  for (const [role, text] of Object.entries(texts)) await keepRole(folder.dir, role, text);
}

/** The folder with a keyring that gathers, when what it signs is to be exported. */
export function gathering(folder: KeysFolder, exportTo: string | undefined): KeysFolder {
  return { ...folder, keyring: { ...folder.keyring, isGathering: exportTo !== undefined } };
}

function asPublication(folder: KeysFolder, texts: Record<string, string>): PublishRequest {
  const roles = Object.entries(texts).map(([role, json]) => ({ role, json, replaces: known(folder, role) }));
  return { roles, targets: {}, action: 'renew', name: 'metadata' };
}

function known({ roots, roles }: KeysFolder, role: string): number {
  if (role === 'root') return parseRoot(roots.at(-1) ?? '').signed.version;
  return roles[role] === undefined ? 0 : parseTargets(role, roles[role]).signed.version;
}
