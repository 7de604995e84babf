import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnrollAnswer } from '../../protocol/check-in.ts';
import { knownFields, parseJson } from '../../protocol/schema.ts';
import { writeDurably } from '../../system/durable.ts';

/** Who the host is for the server; the credential is a secret and stays in a file of mode 0600. */
export type Identity = EnrollAnswer;

/** Reads the identity that enrolment left, or null. Throws `state_invalid` when it is damaged. */
export async function readIdentity(folder: string): Promise<Identity | null> {
  const file = join(folder, 'identity.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : parseJson(EnrollAnswer, text, file, 'state_invalid');
}

/** Keeps the identity: losing it would make this host a new one. */
export async function writeIdentity(folder: string, identity: Identity): Promise<void> {
  // an agent of an earlier release, back after a fall-back, refuses a file with more in it
  const known = knownFields(EnrollAnswer, identity);
  await writeDurably(join(folder, 'identity.json'), `${JSON.stringify(known)}\n`, 0o600);
}
