import { Root, Targets } from '@tufjs/models';
import { expiresAt } from '../../protocol/trust.ts';
import { type KeysFolder, keepRole, openKeysFolder, signersOf } from './keys-folder.ts';
import { parseRoot, parseTargets } from './parse-role.ts';
import { seal } from './seal.ts';

/**
 * Signs again every offline role that has used up two thirds of its life and whose keys are here (`all`: every one),
 * as its next version. Returns the roles signed; the next publication takes them to the server.
 */
export async function renewKeys(dir: string, all: boolean, now = new Date()): Promise<string[]> {
  const folder = await openKeysFolder(dir);
  const due = ['root', ...Object.keys(folder.roles)].filter(
    (role) => isSignable(folder, role) && (all || isDue(folder, role, now)),
  );
  for (const role of due) await keepRole(dir, role, renewRole(folder, role, now));
  return due;
}

/** A role's next version with the same content and a new life. */
export function renewRole(folder: KeysFolder, role: string, now: Date): string {
  const { signed } = readRole(folder, role);
  const next = { ...signed.toJSON(), version: signed.version + 1, expires: expiresAt(role, now) };
  const renewed = role === 'root' ? Root.fromJSON(next) : Targets.fromJSON(next);
  return seal(role, renewed, folder.keyring, [signers(folder, role)]);
}

function isDue(folder: KeysFolder, role: string, now: Date): boolean {
  const end = new Date(expiresAt(role, now)).getTime();
  const left = new Date(readRole(folder, role).signed.expires).getTime() - now.getTime();
  return left < (end - now.getTime()) / 3;
}

function isSignable(folder: KeysFolder, role: string): boolean {
  const { keyIDs, threshold } = signers(folder, role);
  return keyIDs.filter((id) => folder.keyring.keys.has(id)).length >= threshold;
}

function readRole(folder: KeysFolder, role: string) {
  return role === 'root'
    ? parseRoot(folder.roots.at(-1) ?? '')
    : parseTargets(role, folder.roles[role] ?? '');
}

function signers(folder: KeysFolder, role: string) {
  return signersOf(role, folder.roots.at(-1) ?? '', folder.roles.targets ?? '');
}
