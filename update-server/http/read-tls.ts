import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** PEM files: the certificate chain and its private key. */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

/** Reads certificate and key and tries them together, so that a wrong pair is refused at the start. Throws `config_invalid`. */
export function readTls({ certFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
  const pair = { cert: readPem(certFile), key: readPem(keyFile) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const problem = `does not go with ${keyFile}: ${(cause as Error).message}`;
    throw new InterlockError('config_invalid', { file: certFile, problem }, { cause });
  }
  return pair;
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new InterlockError('config_invalid', { file, problem: (cause as Error).message }, { cause });
  }
}
