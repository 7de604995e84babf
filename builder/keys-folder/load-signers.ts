import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { canSign } from '../../protocol/formats/keys/signature.ts';
import { parse, strict } from '../../protocol/schema/schema.ts';
import { readError } from '../../system/files/read-error.ts';
import { keySigner, type Signer } from '../metadata/signer.ts';
import { commandSigner } from './command-signer.ts';

/** `NAME.toml` in place of `NAME.pem`: a key that lives elsewhere, and the command that signs with it. */
const Elsewhere = strict({
  /** PEM text, or a file beside this one. */
  public_key: Type.String(),
  signer: Type.String({ pattern: '^command +\\S' }),
});

/** Reads every key of a folder: `*.pem` are private keys, `*.toml` name a command that signs. */
export async function loadSigners(dir: string): Promise<Signer[]> {
  const names = await readdir(dir).catch((cause) => {
    throw missingFolder(dir, cause);
  });
  const found: Signer[] = [];
  for (const name of names.toSorted()) {
    if (name.endsWith('.pem')) {
      const key = privateKeyOf(join(dir, name), await readFile(join(dir, name)));
      if (canSign(key)) found.push(keySigner(key, name));
    }
    if (name.endsWith('.toml')) found.push(await readElsewhere(resolve(dir), name));
  }
  return found;
}

/** The error for a keys folder that cannot be listed: it may be missing, or withheld. */
export function missingFolder(dir: string, cause: unknown): InterlockError {
  const error = readError(dir, cause);
  if (error.code !== 'not_found') return error;
  return new InterlockError('keys_missing', { dir, role: 'root' }, { cause });
}

/** Reads a private key of PEM text; throws `bad_input` for anything else. */
export function privateKeyOf(file: string, text: Uint8Array): KeyObject {
  return reading(file, 'private', () => createPrivateKey(Buffer.from(text)));
}

/** Reads a public key, PEM or DER, that a holder handed over; throws `not_found` or `bad_input`. */
export async function readPublicKey(file: string): Promise<KeyObject> {
  const bytes = await readFile(file).catch((cause) => {
    throw readError(file, cause);
  });
  const key = publicKeyIn(file, bytes[0] === 0x30 ? pemOf(bytes) : bytes.toString('utf8'));
  if (!canSign(key)) {
    throw new InterlockError('bad_input', { what: file, problem: 'is neither ed25519 nor P-256' });
  }
  return key;
}

async function readElsewhere(dir: string, name: string): Promise<Signer> {
  const file = join(dir, name);
  const text = await readFile(file, 'utf8');
  let toml: unknown;
  try {
    toml = parseToml(text);
  } catch (cause) {
    throw new InterlockError('config_invalid', { file, problem: (cause as Error).message }, { cause });
  }
  const { public_key, signer } = parse(Elsewhere, toml, file, 'config_invalid');
  const key = public_key.includes('BEGIN')
    ? publicKeyIn(file, public_key)
    : await readPublicKey(join(dir, public_key));
  return commandSigner(dir, name, key, signer.replace(/^command +/, ''));
}

/** `createPublicKey` would take a private key too; one that left its machine has to be noticed. */
function publicKeyIn(file: string, text: string): KeyObject {
  return reading(file, 'public', () => {
    if (text.includes('PRIVATE')) throw new Error('private');
    return createPublicKey(mended(text) ?? text);
  });
}

const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex');

/** OpenSC before 0.26 writes ed25519 keys with PKCS#11's octet string left around the 32 bytes. */
function mended(text: string): string | undefined {
  const der = Buffer.from(text.replace(/-----[^-]*-----/g, ''), 'base64');
  const isWrapped = der.length === ed25519Spki.length + 34 && der.includes('2b657003230004', 1, 'hex');
  if (!isWrapped) return undefined;
  return pemOf(Buffer.concat([ed25519Spki, der.subarray(-32)]));
}

function pemOf(spki: Buffer): string {
  return `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`;
}

function reading(file: string, half: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new InterlockError('bad_input', { what: file, problem: `is not a ${half} key` }, { cause });
  }
}
