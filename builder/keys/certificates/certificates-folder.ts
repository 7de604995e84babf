import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { syncFolder, writeDurably } from '../../../system/files/durable.ts';
import { ifAbsent } from '../../../system/files/read-error.ts';
import { authorityFiles, bootFiles, bootKeys, type CertificateFiles, serverFilesBy } from './certificates.ts';

/** What a folder may have certificates for. */
export const certificateNames = [...bootKeys, 'tls-ca', 'tls-server'] as const;
type Name = (typeof certificateNames)[number];

/** A certificate of the folder, or undefined. */
export async function readCertificate(dir: string, name: Name): Promise<X509Certificate | undefined> {
  const file = join(dir, 'x509', `${name}.crt`);
  const text = await readFile(file).catch(ifAbsent(file, undefined));
  return text && new X509Certificate(text);
}

/** True once two thirds of a certificate's life are over. */
export function isOld({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  const left = validToDate.getTime() - now.getTime();
  return left < (validToDate.getTime() - validFromDate.getTime()) / 3;
}

/** Renews the server's TLS certificate when it is due and the authority's key is here; returns its name when it did. */
export async function renewCertificate(dir: string, all: boolean, now: Date): Promise<string | undefined> {
  const certificate = await readCertificate(dir, 'tls-server');
  const keyFile = join(dir, 'x509/tls-ca.key');
  const authority = await readFile(keyFile).catch(ifAbsent(keyFile, undefined));
  if (!certificate || !authority || !(all || isOld(certificate, now))) return undefined;
  await rotateCertificate(dir, 'x509/tls-server', now);
  return 'x509/tls-server';
}

/**
 * A new key and certificate in place of `x509/db` (or `PK`, `KEK`), `x509/tls-ca` (with a new server certificate) or `x509/tls-server`; names
 * stay as they were. Returns the files retired. Firmware, hosts and the server must be given the new certificate by hand.
 */
export async function rotateCertificate(dir: string, role: string, now = new Date()): Promise<string[]> {
  const name = certificateNames.find((known) => role === `x509/${known}`);
  const before = name && (await readCertificate(dir, name));
  if (!before) throw new InterlockError('not_found', { what: join(dir, `${role}.crt`) });
  const files = await makeFiles(dir, name, before, now);
  const retired: string[] = [];
  const folder = join(dir, 'retired');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const file of Object.keys(files)) {
    const kept = join(folder, `${before.serialNumber.slice(-8).toLowerCase()}-${file.replace('/', '-')}`);
    const isThere = await rename(join(dir, file), kept).then(() => true, ifAbsent(join(dir, file), false));
    if (isThere) retired.push(file);
  }
  await syncFolder(folder);
  for (const [file, content] of Object.entries(files)) {
    await writeDurably(join(dir, file), content, file.endsWith('.key') ? 0o600 : 0o644);
  }
  return retired;
}

async function makeFiles(
  dir: string,
  name: Name,
  before: X509Certificate,
  now: Date,
): Promise<CertificateFiles> {
  const owner = ownerOf(before);
  const boot = bootKeys.find((role) => role === name);
  if (boot) return bootFiles(boot, { name: owner }, now);
  const server = name === 'tls-server' ? before : await readCertificate(dir, 'tls-server');
  const options = { name: owner, tlsNames: namesOf(server) };
  if (name === 'tls-ca') return authorityFiles(options, now);
  const read = (file: string) =>
    readFile(join(dir, 'x509', file), 'utf8').catch((cause) => {
      throw new InterlockError('keys_missing', { dir, role: 'x509/tls-ca' }, { cause });
    });
  const authority = { key: await read('tls-ca.key'), certificate: await read('tls-ca.crt') };
  return serverFilesBy(options, authority, now);
}

function ownerOf({ subject }: X509Certificate): string {
  return (
    /^CN=(.*?) (?:Secure Boot(?: PK| KEK)?|TLS authority|update server)$/m.exec(subject)?.[1] ?? 'interlock'
  );
}

function namesOf(certificate: X509Certificate | undefined): string[] {
  return (certificate?.subjectAltName ?? '').split(', ').flatMap((entry) => entry.split(':', 2)[1] ?? []);
}
