import { createHash, X509Certificate } from 'node:crypto';
import { encodeSignatureList } from '../../../protocol/formats/efi/signature-list.ts';
import { der, oid, sequence } from './der.ts';
import { type Signer, signedData } from './signed-data.ts';

/** Keys that a machine's firmware is to trust, and who signs that. */
export interface EnrollmentKeys {
  /** Platform key: owns the machine's Secure Boot. */
  pk: Signer;
  /** Key exchange key: may change `db`. */
  kek: Signer;
  /** Certificates, as PEM or DER, by which programs are started. */
  db: readonly (string | Uint8Array)[];
}

const global = '61dfe48bca93d211aa0d00e098032b8c';
const database = 'cbb219d73a3d9645a3bcdad00e67656f';
const pkcs7Type = '9dd2af4adf68ee498aa9347d375665a7';
const dataOid = '1.2.840.113549.1.7.1';
/** Non-volatile, boot service and runtime access, time based authenticated write access. */
const attributes = 0x27;
const revision = 0x0200;
const winCertificateGuid = 0x0ef1;

/**
 * What puts keys into firmware in setup mode: authenticated writes of its variables (UEFI 2.10, 8.2.2) by the names
 * that systemd-boot looks for. The same keys give the same bytes.
 */
export function enroll({ pk, kek, db }: EnrollmentKeys): Map<string, Uint8Array> {
  return new Map([
    ['db.auth', authenticatedWrite('db', database, db, kek)],
    ['KEK.auth', authenticatedWrite('KEK', global, [kek.certificate], pk)],
    ['PK.auth', authenticatedWrite('PK', global, [pk.certificate], pk)],
  ]);
}

function authenticatedWrite(
  name: string,
  vendor: string,
  certificates: readonly (string | Uint8Array)[],
  signer: Signer,
): Buffer {
  const value = Buffer.concat(certificates.map((certificate) => signatureList(certificate)));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(attributes);
  const time = efiTime(new Date(new X509Certificate(signer.certificate).validFrom));
  const signed = Buffer.concat([Buffer.from(name, 'utf16le'), Buffer.from(vendor, 'hex'), head, time, value]);
  // the SignedData alone: firmware older than UEFI 2.10 knows no ContentInfo around it
  const signature = der(signedData({ contentInfo: sequence(oid(dataOid)), signed }, signer));
  const certificate = Buffer.alloc(24);
  certificate.writeUInt32LE(24 + signature.length, 0);
  certificate.writeUInt16LE(revision, 4);
  certificate.writeUInt16LE(winCertificateGuid, 6);
  certificate.write(pkcs7Type, 8, 'hex');
  return Buffer.concat([time, certificate, signature, value]);
}

/** One certificate as firmware keeps it; its owner's GUID is made of the certificate. */
function signatureList(certificate: string | Uint8Array): Buffer {
  const { raw } = new X509Certificate(certificate);
  return encodeSignatureList(raw, createHash('sha256').update(raw).digest().subarray(0, 16));
}

/** EFI_TIME in UTC; of an authenticated write only date and time may be set. */
function efiTime(time: Date): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(time.getUTCFullYear(), 0);
  const rest = [
    time.getUTCMonth() + 1,
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  ];
  Buffer.from(rest).copy(bytes, 2);
  return bytes;
}
