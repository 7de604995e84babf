/** EFI_CERT_X509_GUID as it is stored (UEFI 2.10, 32.4.1). */
const x509Type = 'a159c0a5e494a74a87b5ab155c2bf072';
const headLength = 28;
const ownerLength = 16;

/** An EFI_SIGNATURE_LIST of one X.509 certificate (DER); `owner` is a GUID as it is stored. */
export function encodeSignatureList(certificate: Uint8Array, owner: Uint8Array): Buffer {
  const head = Buffer.alloc(headLength);
  head.write(x509Type, 0, 'hex');
  head.writeUInt32LE(headLength + ownerLength + certificate.length, 16);
  head.writeUInt32LE(ownerLength + certificate.length, 24);
  return Buffer.concat([head, owner, certificate]);
}

/** What EFI_SIGNATURE_LISTs hold as X.509 certificates; hashes are left out, and so is what follows a damaged list. */
export function decodeSignatureLists(lists: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let offset = 0; offset + headLength <= lists.length; ) {
    const length = lists.readUInt32LE(offset + 16);
    const header = lists.readUInt32LE(offset + 20);
    const entry = lists.readUInt32LE(offset + 24);
    if (length < headLength || entry <= ownerLength) break;
    const isX509 = lists.toString('hex', offset, offset + 16) === x509Type;
    const end = Math.min(offset + length, lists.length);
    for (let one = offset + headLength + header; isX509 && one + entry <= end; one += entry) {
      found.push(lists.subarray(one + ownerLength, one + entry));
    }
    offset += length;
  }
  return found;
}
