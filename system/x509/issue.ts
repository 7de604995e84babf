import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';
import { dayMs } from '../../protocol/time/durations.ts';

/** A certificate with its key, as PEM. */
export interface Identity {
  key: string;
  certificate: forge.pki.Certificate;
}

/** Who signs, how long it holds, and what a certificate is for. */
export interface Terms {
  years: number;
  now: Date;
  extensions: readonly object[];
  by?: Identity;
}

/** What makes a certificate an authority that signs no further ones. */
export const authorityExtensions: readonly object[] = [
  { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

/** Makes an RSA-2048 key by node:crypto and a certificate for it, signed by `by` or by itself. */
export function issue(commonName: string, { years, now, extensions, by }: Terms): Identity {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  const subject = [{ name: 'commonName', value: commonName.slice(0, 64) }];
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = newSerial();
  certificate.validity.notBefore = new Date(now.getTime() - dayMs);
  certificate.validity.notAfter = new Date(now.getTime() + years * 365 * dayMs);
  certificate.setSubject(subject);
  certificate.setIssuer(by ? by.certificate.subject.attributes : subject);
  const authority = (by?.certificate ?? certificate).generateSubjectKeyIdentifier().getBytes();
  certificate.setExtensions([
    ...extensions,
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: authority },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(by?.key ?? pair.privateKey), forge.md.sha256.create());
  return { key: pair.privateKey, certificate };
}

/** A serial number that no other certificate has; its first byte keeps it positive. */
export function newSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

/** A certificate as PEM, with the line ends of this system. */
export function toPem(certificate: forge.pki.Certificate): string {
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** A name or address as a certificate has it. */
export function altName(name: string): object {
  return isIP(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
