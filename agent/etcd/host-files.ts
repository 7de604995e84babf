import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import {
  etcdAuthorityFile,
  etcdFolder,
  etcdUsersFile,
  hostCertificateFile,
  hostKeyFile,
  peerAuthorityFile,
  peerCertificateFile,
} from '../../protocol/etcd/host-files.ts';
import type { Signed } from '../../protocol/etcd/signing.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { writeOwned } from '../../system/files/owned-file.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { findOwner } from '../users/look-up.ts';

/** A host's key, PEM. */
export interface HostKey {
  privateKey: string;
  publicKey: string;
}

/** The host's own key, made once; etcd's group may read it. */
export async function hostKey(root: string): Promise<HostKey> {
  const file = join(root, hostKeyFile);
  const found = await readFile(file, 'utf8').catch(ifAbsent(file, undefined));
  const privateKey = found ?? newKey();
  if (found === undefined) {
    await mkdir(join(root, etcdFolder), { recursive: true });
    await chmod(join(root, etcdFolder), 0o755);
    await writeDurably(file, privateKey, privateFile);
  }
  await letEtcdRead(root, file);
  const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' });
  return { privateKey, publicKey: publicKey.toString() };
}

/** Keeps what the signer gave. The key stays, so that a certificate and its key fit at every moment of a renewal. */
export async function keepSigned(root: string, ca: string, signed: Signed): Promise<void> {
  const { certificate, peerCertificate, peerAuthority, users } = signed;
  await writeDurably(join(root, etcdUsersFile), `${JSON.stringify(users, null, 1)}\n`, privateFile);
  await writeForAll(join(root, etcdAuthorityFile), ca);
  await writeForAll(join(root, hostCertificateFile), certificate);
  if (peerCertificate === null) return;
  await writeForAll(join(root, peerAuthorityFile), peerAuthority);
  await writeForAll(join(root, peerCertificateFile), peerCertificate);
}

/** etcd reads it as a user of its own, and the agent's mask would shut it out. */
async function writeForAll(path: string, text: string): Promise<void> {
  const [uid, gid] = [process.getuid!(), process.getgid!()];
  await writeOwned(path, text, { mode: 0o644, uid, gid });
}

/** The password of one of etcd's users; undefined where this host has none. */
export async function passwordOf(root: string, user: string): Promise<string | undefined> {
  return (await readPasswords(root))[user];
}

/** Passwords of etcd's users, as far as this host has them. */
export async function readPasswords(root: string): Promise<Record<string, string>> {
  const file = join(root, etcdUsersFile);
  return parseJson(Type.Record(Type.String(), Type.String()), await readFile(file, 'utf8'), file);
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

/** etcd.service runs as a user of its own; a client's image may have none. */
async function letEtcdRead(root: string, file: string): Promise<void> {
  const group = await findOwner(root, '0', 'etcd').catch(() => null);
  if (!group) return;
  await chown(file, 0, group.gid);
  await chmod(file, 0o640);
}
