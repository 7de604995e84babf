import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDue, livesTooLong, onlineRoles } from '../../protocol/documents/trust.ts';
import { dayMs } from '../../protocol/time/durations.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { type KeysFolder, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { onlineFiles } from '../keys-folder/retire.ts';
import { requireRole, signersOf } from '../metadata/document.ts';
import { certificateNames, isOld, readCertificate } from './certificates/certificates-folder.ts';

/** A role or certificate of a keys folder, as `interlock keys status` shows it. */
export interface RoleStatus {
  role: string;
  /** null for a certificate, and for what the server signs. */
  version: number | null;
  /** null for what the server signs: it renews that itself. */
  expires: string | null;
  daysLeft: number | null;
  /** Less than a third of its life is left, or it lives too long. */
  due: boolean;
  /** It ends later than one signed now would: made under a clock that was ahead. */
  tooLong?: boolean;
  /** Keys that may sign, how many of them are in this folder, and how many must sign. */
  keys: number;
  here: number;
  threshold: number;
  /** First 8 digits of each key's id; those of keys that are not here in `missing` too. */
  ids: string[];
  missing: string[];
}

/** Shows for each role and certificate of a keys folder when it expires and which keys are missing. */
export async function keysStatus(dir: string, now = new Date()): Promise<RoleStatus[]> {
  const folder = await openKeysFolder(dir);
  const online = (await onlineFiles(join(dir, 'online'))).map(({ id }) => id);
  const here = new Set([...folder.keyring.keys.keys(), ...online]);
  const signed = ['root', ...Object.keys(folder.roles).toSorted(byRank)].map((role) => ({
    ...lifeOf(folder, role, now),
    ...holdersOf(folder, role, here),
  }));
  const byServer = onlineRoles.map((role) => ({
    ...{ role, version: null, expires: null, daysLeft: null, due: false },
    ...holdersOf(folder, role, here),
  }));
  const certificates = await Promise.all(certificateNames.map((name) => certificateStatus(dir, name, now)));
  return [...signed, ...byServer, ...certificates.flat()];
}

function lifeOf({ root, roles }: KeysFolder, role: string, now: Date) {
  const { version, expires } = (role === 'root' ? root : requireRole(roles, role)).parsed.signed;
  const tooLong = livesTooLong(role, expires, now) ? { tooLong: true } : {};
  return {
    role,
    version,
    expires,
    daysLeft: daysUntil(expires, now),
    due: isDue(role, expires, now),
    ...tooLong,
  };
}

function holdersOf(folder: KeysFolder, role: string, here: ReadonlySet<string>) {
  const { keyIDs, threshold } = signersOf(role, folder);
  const missing = keyIDs.filter((id) => !here.has(id)).map(shorten);
  const counted = { keys: keyIDs.length, here: keyIDs.length - missing.length };
  return { ...counted, threshold, ids: keyIDs.map(shorten), missing };
}

async function certificateStatus(
  dir: string,
  name: (typeof certificateNames)[number],
  now: Date,
): Promise<RoleStatus[]> {
  const certificate = await readCertificate(dir, name);
  if (!certificate) return [];
  const expires = `${certificate.validToDate.toISOString().slice(0, 19)}Z`;
  const file = join(dir, 'x509', `${name}.key`);
  const here = await readFile(file).then(() => 1, ifAbsent(file, 0));
  const ids = [certificate.fingerprint256.replaceAll(':', '').toLowerCase().slice(0, 8)];
  return [
    {
      role: `x509/${name}`,
      version: null,
      expires,
      daysLeft: daysUntil(expires, now),
      due: isOld(certificate, now),
      keys: 1,
      here,
      threshold: 1,
      ids,
      missing: here ? [] : ids,
    },
  ];
}

function shorten(id: string): string {
  return id.slice(0, 8);
}

function daysUntil(expires: string, now: Date): number {
  return Math.floor((new Date(expires).getTime() - now.getTime()) / dayMs);
}

function byRank(a: string, b: string): number {
  const rank = (role: string) => ['targets', 'releases'].indexOf(role) >>> 0;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
