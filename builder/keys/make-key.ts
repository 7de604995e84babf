import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { writeDurably } from '../../system/files/durable.ts';

/** Makes a key on its holder's computer: `<name>.pem` never leaves it, `<name>.pub` is what the owner of the metadata gets. */
export async function makeKey(name: string): Promise<{ id: string }> {
  for (const file of [`${name}.pem`, `${name}.pub`]) {
    if (existsSync(file)) throw new InterlockError('exists', { what: file });
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeDurably(`${name}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  const publicKey = createPublicKey(privateKey);
  await writeDurably(`${name}.pub`, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return { id: publicKeyOf(publicKey).id };
}
