import { createHash } from 'node:crypto';

const magic = 0xfeedfeed;
const version = 2;
const trustedCertificate = 2;
const digestSize = 20;
/** Of Java's own list of authorities, everywhere: the digest is against accidents. */
const password = 'changeit';

/**
 * A Java keystore (JKS) of certificates alone without the time at which each was added, in the order of their names. Returns
 * it unchanged when it is of another format, has another password or holds keys.
 */
export function undateKeystore(bytes: Buffer): Buffer {
  const body = bytes.subarray(0, -digestSize);
  if (bytes.length < 12 + digestSize || body.readUInt32BE(0) !== magic || body.readUInt32BE(4) !== version) {
    return bytes;
  }
  if (!digestOf(body).equals(bytes.subarray(-digestSize))) return bytes;
  const entries = readEntries(body);
  if (!entries) return bytes;
  const sorted = entries.toSorted((a, b) => Buffer.compare(a.name, b.name)).map(({ entry }) => entry);
  const undated = Buffer.concat([body.subarray(0, 12), ...sorted]);
  return Buffer.concat([undated, digestOf(undated)]);
}

/** Each entry: 2, a name, eight bytes of time, a type, a certificate; lengths go before. */
function readEntries(body: Buffer): { name: Buffer; entry: Buffer }[] | undefined {
  const entries: { name: Buffer; entry: Buffer }[] = [];
  let offset = 12;
  for (let left = body.readUInt32BE(8); left > 0; left--) {
    if (body.readUInt32BE(offset) !== trustedCertificate) return undefined;
    const time = offset + 6 + body.readUInt16BE(offset + 4);
    const type = time + 8;
    const certificate = type + 2 + body.readUInt16BE(type);
    const end = certificate + 4 + body.readUInt32BE(certificate);
    const entry = Buffer.from(body.subarray(offset, end)).fill(0, time - offset, type - offset);
    entries.push({ name: body.subarray(offset + 6, time), entry });
    offset = end;
  }
  return entries;
}

function digestOf(body: Buffer): Buffer {
  const secret = Buffer.from(password, 'utf16le').swap16();
  return createHash('sha1').update(secret).update('Mighty Aphrodite').update(body).digest();
}
