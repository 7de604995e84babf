import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { releasesRole } from '../../protocol/documents/trust.ts';
import { parseJson, strict } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import type { Keyring, Signers } from '../metadata/seal.ts';
import type { LoadedRelease } from '../release/check-release.ts';
import {
  type Envelope,
  encloseStatement,
  formatEnvelope,
  provenanceFile,
  signedBytes,
  subjectsOf,
} from '../release/describe/statement.ts';

const Enclosed = strict({
  payload: Type.String(),
  payloadType: Type.Literal('application/vnd.in-toto+json'),
  signatures: Type.Array(strict({ keyid: Type.String(), sig: Type.String() })),
});
const StatementHead = Type.Object({
  _type: Type.Literal('https://in-toto.io/Statement/v1'),
  predicateType: Type.String(),
});

/**
 * Signs a release's provenance by every key at hand that may sign releases, after giving it the digests that signing for
 * Secure Boot changed. A release without provenance is left as it is. Throws `bad_input` for a damaged one.
 */
export async function signProvenance(
  { dir, release, text }: LoadedRelease,
  { keys }: Keyring,
  { keyIDs }: Signers,
): Promise<void> {
  const file = join(dir, provenanceFile);
  const found = await readFile(file, 'utf8').catch(ifAbsent(file, undefined));
  if (found === undefined) return;
  const before = parseJson(Enclosed, found, file);
  const envelope = renewed(before, { dir, release, text });
  for (const id of keyIDs) {
    const signer = keys.get(id);
    if (!signer || envelope.signatures.some(({ keyid }) => keyid === id)) continue;
    const sig = Buffer.from(signer.sign(signedBytes(envelope), releasesRole), 'hex').toString('base64');
    envelope.signatures.push({ keyid: id, sig });
  }
  await writeDurably(file, formatEnvelope(envelope));
}

/** Signatures stay as long as what they are over stays. */
function renewed(before: Static<typeof Enclosed>, { release, text }: LoadedRelease): Envelope {
  const statement = parseJson(StatementHead, Buffer.from(before.payload, 'base64'), provenanceFile);
  const now = encloseStatement({ ...statement, subject: subjectsOf(release, text) } as never);
  return now.payload === before.payload ? before : now;
}
