import { isTopRole } from '../../protocol/documents/trust.ts';
import { signaturesBy } from '../../system/tuf/verify-by.ts';
import { type KeysFolder, readKeptTarget } from '../keys-folder/keys-folder.ts';
import { sha256Of } from '../metadata/name-targets.ts';
import { signedJson } from '../metadata/signed-json.ts';
import { type Asked, namersOf, trusted } from './asked.ts';
import { changedPaths, describeChange } from './describe/describe-change.ts';
import { rolesIn } from './describe/describe-roles.ts';
import type { SigningRequest } from './request.ts';

/** One document of a request: how far it is, and everything it changes against what this folder trusts; a holder reads that before signing. */
export interface RequestState {
  role: string;
  version: number;
  expires: string;
  signatures: number;
  threshold: number;
  /** In words. */
  changes: string[];
  /** Every difference of what would be signed, one line each. */
  diff: string[];
}

/** How far every document of a request is, and what it changes. `documents` is what `earlierDocuments` gives. */
export function describeRequest(
  folder: KeysFolder,
  { publish }: SigningRequest,
  asked: readonly Asked[],
  documents: Record<string, string> = {},
): RequestState[] {
  return asked.map(({ role, metadata, json }) => {
    const furthest = namersOf(folder, asked, role).map((above) => signaturesBy(above, role, metadata));
    const least = furthest.toSorted((a, b) => a.signatures - a.threshold - (b.signatures - b.threshold))[0]!;
    const { version, expires } = metadata.signed;
    const [before, after] = [trusted(folder, role), signedJson(role, json)];
    const change = { role, before, after, texts: publish.targets, textsBefore: documents };
    const elsewhere = namedElsewhere(folder, role);
    return { role, version, expires, ...least, ...describeChange({ ...change, elsewhere }) };
  });
}

/** Roles by key, as the other of the two documents that name keys has them here. */
function namedElsewhere(folder: KeysFolder, role: string): Map<string, string> {
  const other = isTopRole(role) ? trusted(folder, role === 'root' ? 'targets' : 'root') : undefined;
  const found = new Map<string, string>();
  for (const [name, { keyids }] of rolesIn(other ?? {})) {
    for (const id of keyids) found.set(id, [found.get(id), name].filter(Boolean).join(' and '));
  }
  return found;
}

/** The texts of the documents that a request puts others in the place of: enclosed or kept here, and only with the bytes that are named now. */
export async function earlierDocuments(
  folder: KeysFolder,
  { known }: SigningRequest,
  asked: readonly Asked[],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { role, json } of asked) {
    const before = trusted(folder, role);
    for (const path of changedPaths({ before, after: signedJson(role, json) })) {
      const sha256 = before?.targets?.[path]?.hashes.sha256;
      const texts = [known.documents?.[path], sha256 && (await readKeptTarget(folder.dir, path))];
      const text = texts.find((candidate) => candidate && sha256Of(candidate) === sha256);
      if (text) found[path] = text;
    }
  }
  return found;
}
