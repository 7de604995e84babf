import { Root, Targets } from '@tufjs/models';
import { expiresAt, isDue } from '../../protocol/documents/trust.ts';
import { type KeysFolder, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { requireRole, signersOf } from '../metadata/document.ts';
import { seal } from '../metadata/seal.ts';
import type { Show } from '../request/describe/show-change.ts';
import { gathering, keepChange } from '../request/keep-change.ts';
import { renewCertificate } from './certificates/certificates-folder.ts';

/** Which roles and certificates to sign again. */
export interface RenewOptions {
  /** Also what does not expire soon. */
  all?: boolean;
  /** These roles alone. */
  roles?: readonly string[] | undefined;
  /** File for a signing request: the keys need not be here then. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  now?: Date;
}

/**
 * Signs again every offline role that has used up two thirds of its life and whose keys are here, as its next version, and
 * the server's certificate likewise. Returns what was signed; the next publication takes roles to the server.
 */
export async function renewKeys(dir: string, options: RenewOptions = {}): Promise<string[]> {
  const { all = false, roles, exportTo, now = new Date() } = options;
  const folder = gathering(await openKeysFolder(dir), exportTo);
  const due = ['root', ...Object.keys(folder.roles)].filter(
    (role) =>
      (roles?.includes(role) ?? true) &&
      (exportTo !== undefined || isSignable(folder, role)) &&
      (all || isDue(role, readRole(folder, role).signed.expires, now)),
  );
  const texts = Object.fromEntries(due.map((role) => [role, renewRole(folder, role, now)]));
  if (due.length > 0) await keepChange(folder, texts, options);
  const certificate = exportTo === undefined && !roles && (await renewCertificate(dir, all, now));
  return certificate ? [...due, certificate] : due;
}

/** A role's next version with the same content and a new life. */
export function renewRole(folder: KeysFolder, role: string, now: Date): string {
  const { signed } = readRole(folder, role);
  const next = { ...signed.toJSON(), version: signed.version + 1, expires: expiresAt(role, now) };
  const renewed = role === 'root' ? Root.fromJSON(next) : Targets.fromJSON(next);
  return seal(role, renewed, folder.keyring, [signersOf(role, folder)]);
}

function isSignable(folder: KeysFolder, role: string): boolean {
  const { keyIDs, threshold } = signersOf(role, folder);
  return keyIDs.filter((id) => folder.keyring.keys.has(id)).length >= threshold;
}

function readRole(folder: KeysFolder, role: string) {
  return (role === 'root' ? folder.root : requireRole(folder.roles, role)).parsed;
}
