import forge from 'node-forge';
import { altName, authorityExtensions, type Identity, issue, toPem } from '../../../system/x509/issue.ts';

/** What the certificates of a keys folder are made for. */
export interface CertificateOptions {
  /** Whose keys these are; stands in every certificate's common name. */
  name: string;
  /** DNS names and addresses of the update server. */
  tlsNames: readonly string[];
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
  const extensions = [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    ...(role === 'db' ? [{ name: 'extKeyUsage', codeSigning: true }] : []),
  ];
  const commonName = `${name} Secure Boot${role === 'db' ? '' : ` ${role}`}`;
  const identity = issue(commonName, { years: years.boot, now, extensions });
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
  return issue(`${name} TLS authority`, { years: years.ca, now, extensions: authorityExtensions });
}

function serverFiles({ name, tlsNames }: CertificateOptions, ca: Identity, now: Date): CertificateFiles {
  const extensions = [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectAltName', altNames: tlsNames.map(altName) },
  ];
  return pemFiles(
    'tls-server',
    issue(`${name} update server`, { years: years.server, now, extensions, by: ca }),
  );
}

function pemFiles(stem: string, { key, certificate }: Identity): Record<string, string> {
  return { [`x509/${stem}.key`]: key, [`x509/${stem}.crt`]: toPem(certificate) };
}
