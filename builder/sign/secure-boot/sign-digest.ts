import { createHash } from 'node:crypto';
import { type Asn1, algorithm, der, noBits, octets, oid, primitive, sequence, set, tagged } from './der.ts';
import { type Signer, sha256Oid, signedData } from './signed-data.ts';

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  indirectData: '1.3.6.1.4.1.311.2.1.4',
  peImageData: '1.3.6.1.4.1.311.2.1.15',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
};

/** Signs the Authenticode digest of an EFI program; gives the DER that its certificate table carries. */
export function signDigest(digest: Buffer, signer: Signer): Buffer {
  const content = sequence(
    sequence(oid(oids.peImageData), sequence(noBits(), tagged(0, tagged(2, primitive(0, obsolete))))),
    sequence(algorithm(sha256Oid), octets(digest.toString('latin1'))),
  );
  const attributes = [
    sequence(oid(oids.contentType), set(oid(oids.indirectData))),
    sequence(oid(oids.messageDigest), set(octets(innerDigest(content)))),
  ].toSorted((a, b) => Buffer.compare(der(a), der(b)));
  const contentInfo = sequence(oid(oids.indirectData), tagged(0, content));
  const body = signedData({ contentInfo, attributes, signed: der(set(...attributes)) }, signer);
  return der(sequence(oid(oids.signedData), tagged(0, body)));
}

/** What Microsoft's tools put where a file name would stand, in UTF-16BE. */
const obsolete = Buffer.from('<<<Obsolete>>>', 'utf16le').swap16().toString('latin1');

/** Over the content's octets without its own tag and length (RFC 2315 §9.3). */
function innerDigest(content: Asn1): string {
  const inner = (content.value as Asn1[]).map((part) => der(part));
  return createHash('sha256').update(Buffer.concat(inner)).digest().toString('latin1');
}
