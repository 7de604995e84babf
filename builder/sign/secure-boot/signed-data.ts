import { createHash, sign } from 'node:crypto';
import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;
type Node = forge.asn1.Asn1;

/** A key and the certificate that firmware knows it by, both as PEM. */
export interface Signer {
  key: string;
  certificate: string;
}

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  indirectData: '1.3.6.1.4.1.311.2.1.4',
  peImageData: '1.3.6.1.4.1.311.2.1.15',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsa: '1.2.840.113549.1.1.1',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
};

/**
 * PKCS #7 SignedData (RFC 2315) over an Authenticode digest, as DER. There is no signing time: RSA's PKCS #1 v1.5
 * then gives the same bytes each time.
 */
export function signedData(digest: Buffer, { key, certificate }: Signer): Buffer {
  const issued = forge.pki.certificateFromPem(certificate);
  const content = sequence(
    sequence(oid(oids.peImageData), sequence(bits(), tagged(0, tagged(2, primitive(0, obsolete))))),
    sequence(algorithm(oids.sha256), octets(digest.toString('latin1'))),
  );
  const attributes = [
    sequence(oid(oids.contentType), set(oid(oids.indirectData))),
    sequence(oid(oids.messageDigest), set(octets(innerDigest(content)))),
  ].toSorted((a, b) => Buffer.compare(der(a), der(b)));
  const signature = sign('sha256', der(set(...attributes)), key).toString('latin1');
  const signerInfo = sequence(
    integer(1),
    sequence(forge.pki.distinguishedNameToAsn1(issued.issuer), hexInteger(issued.serialNumber)),
    algorithm(oids.sha256),
    tagged(0, ...attributes),
    algorithm(oids.rsa),
    octets(signature),
  );
  const body = sequence(
    integer(1),
    set(algorithm(oids.sha256)),
    sequence(oid(oids.indirectData), tagged(0, content)),
    tagged(0, forge.pki.certificateToAsn1(issued)),
    set(signerInfo),
  );
  return der(sequence(oid(oids.signedData), tagged(0, body)));
}

/** What Microsoft's tools put where a file name would stand, in UTF-16BE. */
const obsolete = Buffer.from('<<<Obsolete>>>', 'utf16le').swap16().toString('latin1');

/** Over the content's octets without its own tag and length (RFC 2315 §9.3). */
function innerDigest(content: Node): string {
  const inner = (content.value as Node[]).map((part) => der(part));
  return createHash('sha256').update(Buffer.concat(inner)).digest().toString('latin1');
}

function der(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

function sequence(...parts: Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
}

function set(...parts: Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
}

function tagged(tag: number, ...parts: Node[]): Node {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, parts);
}

function primitive(tag: number, bytes: string): Node {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, false, bytes);
}

function oid(text: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(text).getBytes());
}

function octets(bytes: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes);
}

function bits(): Node {
  return asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, '\0');
}

function integer(value: number): Node {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

function hexInteger(hex: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, forge.util.hexToBytes(hex));
}

function algorithm(name: string): Node {
  return sequence(oid(name), asn1.create(Class.UNIVERSAL, Type.NULL, false, ''));
}
