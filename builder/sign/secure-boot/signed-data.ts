import { sign } from 'node:crypto';
import forge from 'node-forge';
import { type Asn1, algorithm, hexInteger, integer, octets, sequence, set, tagged } from './der.ts';

/** A key and the certificate that firmware knows it by, both as PEM. */
export interface Signer {
  key: string;
  certificate: string;
}

/** The contents of a SignedData, and the bytes that its signature covers. */
export interface SignedParts {
  contentInfo: Asn1;
  /** None: the signature is over the content itself. */
  attributes?: readonly Asn1[];
  signed: Uint8Array;
}

/** Object identifiers of what is signed with. */
export const sha256Oid = '2.16.840.1.101.3.4.2.1';
const rsaOid = '1.2.840.113549.1.1.1';

/**
 * PKCS #7 SignedData (RFC 2315 §9.1) of one signer, RSA with SHA-256. There is no signing time: PKCS #1 v1.5 then
 * gives the same bytes each time.
 */
export function signedData(parts: SignedParts, { key, certificate }: Signer): Asn1 {
  const issued = forge.pki.certificateFromPem(certificate);
  const signerInfo = sequence(
    integer(1),
    sequence(forge.pki.distinguishedNameToAsn1(issued.issuer), hexInteger(issued.serialNumber)),
    algorithm(sha256Oid),
    ...(parts.attributes ? [tagged(0, ...parts.attributes)] : []),
    algorithm(rsaOid),
    octets(sign('sha256', parts.signed, key).toString('latin1')),
  );
  return sequence(
    integer(1),
    set(algorithm(sha256Oid)),
    parts.contentInfo,
    tagged(0, forge.pki.certificateToAsn1(issued)),
    set(signerInfo),
  );
}
