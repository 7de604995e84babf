import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { onlineRoles } from '../../protocol/documents/trust.ts';

/** Private ed25519 keys by role. */
export type RoleKeys = Record<string, KeyObject[]>;

/** Makes `count` keys for each offline role and one for each role that the server signs itself. */
export function generateKeys(offlineRoles: readonly string[], count: number): RoleKeys {
  const make = () => generateKeyPairSync('ed25519').privateKey;
  return Object.fromEntries([
    ...offlineRoles.map((role) => [role, Array.from({ length: count }, make)]),
    ...onlineRoles.map((role) => [role, [make()]]),
  ]);
}

/** PEM texts by file name: `root.pem`, or `root-1.pem`, `root-2.pem`, …; the online ones in a folder of their own. */
export function keyFiles(keys: RoleKeys): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([role, all]) =>
      all.map((key, index) => [
        `${isOnline(role) ? 'online/' : ''}${role}${all.length > 1 ? `-${index + 1}` : ''}.pem`,
        key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ]),
    ),
  );
}

function isOnline(role: string): boolean {
  return (onlineRoles as readonly string[]).includes(role);
}
