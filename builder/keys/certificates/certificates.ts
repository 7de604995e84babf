import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';
import { dayMs } from '../../../protocol/time/durations.ts';

/** What the certificates of a keys folder are made for. */
export interface CertificateOptions {
  /** Whose keys these are; stands in every certificate's common name. */
  name: string;
  /** DNS names and addresses of the update server. */
  tlsNames: readonly string[];
}

interface Identity {
  key: string;
  certificate: forge.pki.Certificate;
}

const years = { boot: 20, ca: 20, server: 2 };

/** X.509 for what TUF does not cover: Secure Boot, and TLS to the server by an authority of its own. */
export function makeCertificates(options: CertificateOptions, now: Date): CertificateFiles {
  const ca = makeAuthority(options, now);
  const boot = bootKeys.map((role) => bootFiles(role, options, now));
  return { ...Object.assign({}, ...boot), ...pemFiles('tls-ca', ca), ...serverFiles(options, ca, now) };
}

/** Contents by file name in a keys folder. */
export type CertificateFiles = Record<string, string | Uint8Array>;

/** Secure Boot's keys: `PK` owns a machine's firmware, `KEK` may change what it trusts, `db` signs what it starts. */
export const bootKeys = ['PK', 'KEK', 'db'] as const;

/** A key and certificate for one of Secure Boot's roles. */
export function bootFiles(
  role: (typeof bootKeys)[number],
  { name }: Pick<CertificateOptions, 'name'>,
  now: Date,
): CertificateFiles {
  const identity = issue(`${name} Secure Boot${role === 'db' ? '' : ` ${role}`}`, years.boot, now, [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    ...(role === 'db' ? [{ name: 'extKeyUsage', codeSigning: true }] : []),
  ]);
  const der = forge.asn1.toDer(forge.pki.certificateToAsn1(identity.certificate)).getBytes();
  return { ...pemFiles(role, identity), [`x509/${role}.der`]: Buffer.from(der, 'latin1') };
}

/** A new authority for TLS; hosts and operators must be given its certificate. */
export function authorityFiles(options: CertificateOptions, now: Date): CertificateFiles {
  const ca = makeAuthority(options, now);
  return { ...pemFiles('tls-ca', ca), ...serverFiles(options, ca, now) };
}

/** A key and certificate for the update server, by the authority whose PEM texts are given. */
export function serverFilesBy(
  options: CertificateOptions,
  authority: { key: string; certificate: string },
  now: Date,
): CertificateFiles {
  const certificate = forge.pki.certificateFromPem(authority.certificate);
  return serverFiles(options, { key: authority.key, certificate }, now);
}

function makeAuthority({ name }: CertificateOptions, now: Date): Identity {
  return issue(`${name} TLS authority`, years.ca, now, [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
}

function serverFiles({ name, tlsNames }: CertificateOptions, ca: Identity, now: Date): CertificateFiles {
  const extensions = [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectAltName', altNames: tlsNames.map(altName) },
  ];
  return pemFiles('tls-server', issue(`${name} update server`, years.server, now, extensions, ca));
}

/** Makes an RSA-2048 key by node:crypto and a certificate for it, signed by `by` or by itself. */
function issue(commonName: string, life: number, now: Date, extensions: object[], by?: Identity): Identity {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  const subject = [{ name: 'commonName', value: commonName.slice(0, 64) }];
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(now.getTime() - dayMs);
  certificate.validity.notAfter = new Date(now.getTime() + life * 365 * dayMs);
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

function pemFiles(stem: string, { key, certificate }: Identity): Record<string, string> {
  const text = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  return { [`x509/${stem}.key`]: key, [`x509/${stem}.crt`]: text };
}

function altName(name: string) {
  return isIP(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
