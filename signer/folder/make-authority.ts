import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { etcdRoles } from '../../protocol/etcd/roles.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';
import { authorityExtensions, issue, toPem } from '../../system/x509/issue.ts';
import { authorityPaths } from './paths.ts';

const years = 20;

/**
 * Makes a folder with two authorities, one for clients and one for members among themselves, and the passwords of etcd's users.
 * Whole or not at all. Returns the fingerprint by which hosts know it.
 */
export async function makeAuthority(dir: string, name: string, now: Date): Promise<string> {
  if (existsSync(dir)) throw new InterlockError('exists', { what: dir });
  const unfinished = `${dir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: privateFolder });
  const paths = authorityPaths(unfinished);
  const terms = { years, now, extensions: authorityExtensions };
  const own = issue(`${name} etcd authority`, terms);
  const peers = issue(`${name} etcd peer authority`, terms);
  const names = ['root', ...Object.keys(etcdRoles)];
  const users = Object.fromEntries(names.map((user) => [user, randomBytes(24).toString('base64url')]));
  const certificate = toPem(own.certificate);
  await writeDurably(paths.key, own.key, privateFile);
  await writeDurably(paths.certificate, certificate);
  await writeDurably(paths.peerKey, peers.key, privateFile);
  await writeDurably(paths.peerCertificate, toPem(peers.certificate));
  await writeDurably(paths.users, `${JSON.stringify(users, null, 1)}\n`, privateFile);
  await rename(unfinished, dir);
  await syncFolder(dirname(dir));
  return fingerprintOf(certificate);
}

/** SHA-256 of a certificate, in lower-case hex without colons: what user-data name an authority by. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}
