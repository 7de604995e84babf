import { join } from 'node:path';
import { onlineRoles } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { signersOf } from '../metadata/document.ts';
import type { KeysFolder } from './keys-folder.ts';
import { onlineFiles } from './retire.ts';

/** Every role that some key signs for, those of the server included. */
export function rolesOf({ roles }: KeysFolder): string[] {
  return ['root', ...onlineRoles, ...Object.keys(roles)];
}

/** Ids of the keys that may sign a role. */
export function keysOf(folder: KeysFolder, role: string): readonly string[] {
  return signersOf(role, folder).keyIDs;
}

/**
 * Finds a key by its file in the folder, or by the first 8 or more digits of its id: the file of a lost key is gone.
 * Throws `not_found`, or `bad_input` for a key that signs for no role.
 */
export async function findKey(folder: KeysFolder, named: string): Promise<{ id: string; role: string }> {
  const files = [...folder.keyring.keys.values(), ...(await onlineFiles(join(folder.dir, 'online')))];
  const byFile = files.find(({ file }) => file === named)?.id;
  const all = rolesOf(folder).flatMap((role) => keysOf(folder, role).map((id) => ({ id, role })));
  const isId = /^[0-9a-f]{8,64}$/.test(named);
  const found = all.filter(({ id }) => (byFile ? id === byFile : isId && id.startsWith(named)));
  if (found.length === 1) return found[0]!;
  if (new Set(found.map(({ id }) => id)).size === 1) {
    const roles = found.map(({ role }) => role).join(' and ');
    const problem = `signs for ${roles}: give each of them new keys (interlock keys rotate)`;
    throw new InterlockError('bad_input', { what: named, problem });
  }
  if (byFile) throw new InterlockError('bad_input', { what: named, problem: 'signs for no role' });
  const what = `${join(folder.dir, named)}, or one key with that id (\`interlock keys status\` shows ids); it`;
  throw new InterlockError('not_found', { what });
}

/** Ids of keys that a folder's roles named before and none names after. */
export function findKeysGone(before: KeysFolder, after: KeysFolder): string[] {
  const idsOf = (folder: KeysFolder) => rolesOf(folder).flatMap((role) => keysOf(folder, role));
  const kept = new Set(idsOf(after));
  return idsOf(before).filter((id) => !kept.has(id));
}
