import { generateKeyPairSync } from 'node:crypto';
import { writeDurably } from '../../system/files/durable.ts';

const curve = 'nistp256';
const type = `ecdsa-sha2-${curve}`;

/** Makes a key that `ssh -i` reads; the public one, for `authorized_keys`, is beside it with `.pub`. */
export async function makeSshKey(file: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const blob = Buffer.concat([Buffer.from(type), Buffer.from(curve), point].map(withLength));
  await writeDurably(`${file}.pub`, `${type} ${blob.toString('base64')} lab\n`, 0o600);
  await writeDurably(file, privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, 0o600);
}

/** A string of the SSH protocol (RFC 4251). */
function withLength(content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(content.length);
  return Buffer.concat([head, content]);
}
