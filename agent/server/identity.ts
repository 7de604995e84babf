import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { EnrollAnswer } from '../../protocol/api/check-in.ts';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { knownFields, parseJson } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';

/** Who the host is for the server; the credential is a secret and stays in a file of mode 0600. */
export type Identity = EnrollAnswer;

/** Reads the identity that enrollment left, or null. Throws `state_invalid` when it is damaged. */
export async function readIdentity(folder: string): Promise<Identity | null> {
  const file = join(folder, 'identity.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new InterlockError('state_invalid', { file, problem: error.message }, { cause: error });
  });
  return text === null ? null : parseJson(EnrollAnswer, text, file, 'state_invalid');
}

/** Reads it for a run: a damaged one is kept aside after `note` wrote down that it was lost, and the host enrolls again. */
export async function takeIdentity(
  folder: string,
  now: Date,
  note: (problem: InterlockError) => Promise<void>,
): Promise<Identity | null> {
  try {
    return await readIdentity(folder);
  } catch (error) {
    const problem = asInterlockError(error);
    await note(problem);
    const file = join(folder, 'identity.json');
    await rename(file, `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`);
    return null;
  }
}

/** Keeps the identity: losing it would make this host a new one. */
export async function writeIdentity(folder: string, identity: Identity): Promise<void> {
  // an agent of an earlier release, back after a fall-back, refuses a file with more in it
  const known = knownFields(EnrollAnswer, identity);
  await writeDurably(join(folder, 'identity.json'), `${JSON.stringify(known)}\n`, 0o600);
}
