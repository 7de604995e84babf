import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/**
 * Reads a PEM file that the configuration names. Throws `config_invalid` for what is not of its kind: TLS would only say
 * that nobody can be trusted, or fail in the middle of a request.
 */
export async function readPem(file: string, kind: 'certificate' | 'key'): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (kind === 'key') createPrivateKey(text);
    else new X509Certificate(text);
    return text;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const problem =
      code.startsWith('E') && !code.startsWith('ERR_') ? message : `it contains no ${kind} in PEM format`;
    throw new InterlockError('config_invalid', { file, problem }, { cause });
  }
}
