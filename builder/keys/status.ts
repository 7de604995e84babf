import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeysFolder, openKeysFolder, signersOf } from './keys-folder.ts';
import { parseRoot, parseTargets } from './parse-role.ts';

export interface RoleStatus {
  role: string;
  /** null for a certificate. */
  version: number | null;
  expires: string;
  daysLeft: number;
  /** Keys that may sign, how many of them are in this folder, and how many must sign. */
  keys: number;
  here: number;
  threshold: number;
}

/** What each role and certificate of a keys folder still is good for, so that nobody is surprised by an expiry. */
export async function keysStatus(dir: string, now = new Date()): Promise<RoleStatus[]> {
  const folder = await openKeysFolder(dir);
  const roles = ['root', ...Object.keys(folder.roles).toSorted(byRank)].map((role) =>
    roleStatus(folder, role, now),
  );
  const certificates = await Promise.all(
    ['db', 'tls-ca', 'tls-server'].map((name) => certificateStatus(dir, name, now)),
  );
  return [...roles, ...certificates.flat()];
}

function roleStatus(folder: KeysFolder, role: string, now: Date): RoleStatus {
  const root = folder.roots.at(-1) ?? '';
  const { signed } = role === 'root' ? parseRoot(root) : parseTargets(role, folder.roles[role] ?? '');
  const { keyIDs, threshold } = signersOf(role, root, folder.roles.targets ?? '');
  const here = keyIDs.filter((id) => folder.keyring.keys.has(id)).length;
  const { version, expires } = signed;
  return { role, version, expires, daysLeft: daysUntil(expires, now), keys: keyIDs.length, here, threshold };
}

async function certificateStatus(dir: string, name: string, now: Date): Promise<RoleStatus[]> {
  const text = await readFile(join(dir, 'x509', `${name}.crt`)).catch(() => undefined);
  if (!text) return [];
  const expires = `${new X509Certificate(text).validToDate.toISOString().slice(0, 19)}Z`;
  const here = await readFile(join(dir, 'x509', `${name}.key`)).then(
    () => 1,
    () => 0,
  );
  return [
    {
      role: `x509/${name}`,
      version: null,
      expires,
      daysLeft: daysUntil(expires, now),
      keys: 1,
      here,
      threshold: 1,
    },
  ];
}

function daysUntil(expires: string, now: Date): number {
  return Math.floor((new Date(expires).getTime() - now.getTime()) / 86_400_000);
}

function byRank(a: string, b: string): number {
  const rank = (role: string) => ['targets', 'releases'].indexOf(role) >>> 0;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
