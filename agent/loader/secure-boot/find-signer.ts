import { createHash, verify, X509Certificate } from 'node:crypto';
import { type Der, derAt, readDer } from '../../../protocol/formats/der.ts';
import { authenticodeDigest, peParts } from '../../../protocol/formats/efi/authenticode.ts';

const certificateHeaderLength = 8;
/** A signature carries its signer's and those between it and one of `db`. */
const mostCertificates = 16;
const messageDigestOid = '06092a864886f70d010904';

/**
 * The certificate by which the firmware will start a signed EFI program: one of `db`, or one in the signature that a
 * certificate of `db` issued. Nothing when it is unsigned, changed since, signed by somebody else, or no EFI program.
 */
export function findSigner(program: Buffer, db: readonly X509Certificate[]): X509Certificate | undefined {
  try {
    const { table } = peParts(program);
    if (table.size <= certificateHeaderLength || table.offset + table.size > program.length) return undefined;
    const signature = program.subarray(table.offset + certificateHeaderLength, table.offset + table.size);
    return signerOf(signature, authenticodeDigest(program), db);
  } catch {
    // whatever a forged signature makes of readers and of OpenSSL: nobody vouches for this program
    return undefined;
  }
}

/** PKCS #7 SignedData (RFC 2315 §9.1) around an SpcIndirectDataContent. */
function signerOf(
  signature: Buffer,
  digest: Buffer,
  db: readonly X509Certificate[],
): X509Certificate | undefined {
  const [, , content, ...rest] = readDer(derAt(signature, [0, 1, 0]).content);
  const indirect = derAt(content!.content, [1, 0]);
  if (!derAt(indirect.content, [1, 1]).content.equals(digest)) return undefined;
  const inner = createHash('sha256').update(indirect.content).digest();
  const info = readDer(derAt(rest.at(-1)!.content, [0]).content);
  const [attributes, , signed] = info.slice(3) as [Der, Der, Der];
  if (!messageDigest(attributes).equals(inner)) return undefined;
  const signedBytes = Buffer.from(attributes.whole);
  // signed as the SET it is, stored with an implicit tag
  signedBytes[0] = 0x31;
  const included = rest
    .filter(({ tag }) => tag === 0xa0)
    .flatMap(({ content: certificates }) => readDer(certificates))
    .slice(0, mostCertificates)
    .map(({ whole }) => new X509Certificate(whole));
  const issued = included.filter((own) => db.some((by) => own.checkIssued(by) && own.verify(by.publicKey)));
  return [...db, ...issued].find(({ publicKey }) => verify('sha256', signedBytes, publicKey, signed.content));
}

function messageDigest(attributes: Der): Buffer {
  for (const { content } of readDer(attributes.content)) {
    const [oid, values] = readDer(content);
    if (oid?.whole.toString('hex') === messageDigestOid && values) return derAt(values.content, [0]).content;
  }
  throw new RangeError('no digest is signed');
}
