import { writeDurably } from '../../system/durable.ts';
import { type KeysFolder, keepRole, openKeysFolder, signersOf } from '../keys/keys-folder.ts';
import { addSignatures, textOf } from '../keys/seal.ts';
import { type Asked, catchUp, checkAsked } from './check-request.ts';
import { describeRequest, type RequestState, signersFor } from './describe-request.ts';
import { readRequest } from './request.ts';

/**
 * Adds the signatures of the keys at hand to a request, in its file; what is in force already is kept in the folder.
 * Throws `metadata_invalid` for a request that no holder should sign.
 */
export async function signRequest(file: string, keysDir: string): Promise<RequestState[]> {
  const request = await readRequest(file);
  const before = await openKeysFolder(keysDir);
  const folder = catchUp(before, request);
  const asked = checkAsked(folder, request);
  const described = describeRequest(folder, request, asked);
  for (const { role, metadata } of asked) {
    addSignatures(role, metadata, folder.keyring, mayBeSignedBy(folder, asked, role));
  }
  const roles = request.publish.roles.map((entry, index) => ({
    ...entry,
    json: textOf(asked[index]!.metadata),
  }));
  await writeDurably(
    file,
    `${JSON.stringify({ ...request, publish: { ...request.publish, roles } }, null, 1)}\n`,
  );
  await keepKnown(before, folder);
  const after = describeRequest(folder, request, asked);
  return after.map((state, index) => ({ ...state, changes: described[index]!.changes }));
}

/**
 * A key signs only for the role that metadata in force names it for, or, when none names it yet, for the one it is to have:
 * the bytes of two delegated roles cannot be told apart, so a request could pass one off as the other.
 */
function mayBeSignedBy(folder: KeysFolder, asked: readonly Asked[], role: string): string[] {
  const wanted = signersFor(folder, asked, role).flatMap(({ keyIDs }) => keyIDs);
  const roleOf = rolesByKey(folder);
  return wanted.filter((id) => (roleOf.get(id) ?? [role]).includes(role));
}

function rolesByKey({ roots, roles }: KeysFolder): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const role of ['root', ...Object.keys(roles)]) {
    for (const id of signersOf(role, roots.at(-1) ?? '', roles.targets ?? '').keyIDs) {
      found.set(id, [...(found.get(id) ?? []), role]);
    }
  }
  return found;
}

/** Keeps in the folder what a request showed to be in force. */
export async function keepKnown(before: KeysFolder, after: KeysFolder): Promise<void> {
  for (const text of after.roots.slice(before.roots.length)) await keepRole(before.dir, 'root', text);
  if (after.roles.targets && after.roles.targets !== before.roles.targets) {
    await keepRole(before.dir, 'targets', after.roles.targets);
  }
}
