import { createPublicKey, createSign } from 'node:crypto';
import forge from 'node-forge';
import { dayMs } from '../../protocol/time/durations.ts';
import { altName, newSerial } from './issue.ts';

/** Whose key a certificate is for, and what it may be called. */
export interface Subject {
  /** PEM of the public key, which may be of a kind that forge does not know. */
  publicKey: string;
  /** Names and addresses; there is no Common Name, which etcd's gateway refuses. */
  names: readonly string[];
  days: number;
  now: Date;
}

/** An authority that signs, as PEM. */
export interface Authority {
  key: string;
  certificate: string;
}

/** The place of the public key in a certificate (RFC 5280, 4.1). */
const keyIndex = 6;

/** Signs a certificate by which whoever has the key is server and client, as etcd's members must be both. */
export function issueForKey({ publicKey, names, days, now }: Subject, by: Authority): string {
  const authority = forge.pki.certificateFromPem(by.certificate);
  const certificate = forge.pki.createCertificate();
  // forge writes RSA keys alone: the real one is put into its place below
  certificate.publicKey = authority.publicKey;
  certificate.serialNumber = newSerial();
  certificate.validity.notBefore = new Date(now.getTime() - dayMs);
  certificate.validity.notAfter = new Date(now.getTime() + days * dayMs);
  certificate.setSubject([]);
  certificate.setIssuer(authority.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    // critical where there is no subject (RFC 5280, 4.2.1.6)
    { name: 'subjectAltName', altNames: names.map(altName), critical: true },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  const algorithm = forge.pki.oids.sha256WithRSAEncryption as string;
  certificate.signatureOid = algorithm;
  certificate.siginfo.algorithmOid = algorithm;
  // signed below, over the real key
  certificate.signature = '';
  const [body, signed] = partsOf(forge.pki.certificateToAsn1(certificate));
  const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  partsOf(body!)[keyIndex] = forge.asn1.fromDer(spki.toString('latin1'));
  const signature = createSign('sha256').update(derOf(body!)).sign(by.key);
  const { create, Class, Type } = forge.asn1;
  // a bit string without unused bits
  const bits = create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${signature.toString('latin1')}`);
  return pemOf(create(Class.UNIVERSAL, Type.SEQUENCE, true, [body!, signed!, bits]));
}

function partsOf({ value }: forge.asn1.Asn1): forge.asn1.Asn1[] {
  return value as forge.asn1.Asn1[];
}

function derOf(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');
}

function pemOf(node: forge.asn1.Asn1): string {
  const lines =
    derOf(node)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
