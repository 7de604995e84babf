import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

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

const years = { db: 20, ca: 20, server: 2 };

/** X.509 for what TUF does not cover: Secure Boot (`db`), and TLS to the server by an authority of its own. */
export function makeCertificates(
  options: CertificateOptions,
  now: Date,
): Record<string, string | Uint8Array> {
  const db = issue(`${options.name} Secure Boot`, years.db, now, [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', codeSigning: true },
  ]);
  const ca = issue(`${options.name} TLS authority`, years.ca, now, [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  const server = issue(
    `${options.name} update server`,
    years.server,
    now,
    [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: options.tlsNames.map(altName) },
    ],
    ca,
  );
  return {
    ...pemFiles('db', db),
    'x509/db.der': Buffer.from(
      forge.asn1.toDer(forge.pki.certificateToAsn1(db.certificate)).getBytes(),
      'latin1',
    ),
    ...pemFiles('tls-ca', ca),
    ...pemFiles('tls-server', server),
  };
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
  certificate.validity.notBefore = new Date(now.getTime() - 86_400_000);
  certificate.validity.notAfter = new Date(now.getTime() + life * 365 * 86_400_000);
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
