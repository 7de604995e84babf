import type { KeysFolder } from '../keys/keys-folder.ts';
import { readKeptTarget, signersOf } from '../keys/keys-folder.ts';
import type { Asked } from './check-request.ts';
import { changedPaths, describeChange, type SignedJson, signedJson } from './describe-change.ts';
import { sha256Of } from './name-targets.ts';
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
    const groups = signersFor(folder, asked, role);
    const furthest = groups.map(({ keyIDs, threshold }) => ({
      signatures: keyIDs.filter((id) => metadata.signatures[id]).length,
      threshold,
    }));
    const least = furthest.toSorted((a, b) => a.signatures - a.threshold - (b.signatures - b.threshold))[0]!;
    const { version, expires } = metadata.signed;
    const [before, after] = [trusted(folder, role), signedJson(role, json)];
    const change = { role, before, after, texts: publish.targets, textsBefore: documents };
    return { role, version, expires, ...least, ...describeChange(change) };
  });
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

/** What is in force of a role here, as it was signed. */
export function trusted({ roots, roles }: KeysFolder, role: string): SignedJson | undefined {
  const text = role === 'root' ? roots.at(-1) : roles[role];
  return text ? signedJson(role, text) : undefined;
}

/** Whose signatures a document of a request needs: for root the old keys' and its own, for the rest those that root or targets name after it. */
export function signersFor(folder: KeysFolder, asked: readonly Asked[], role: string) {
  const textOf = (name: string, known: string | undefined) =>
    asked.find((entry) => entry.role === name)?.json ?? known ?? '';
  const before = folder.roots.at(-1) ?? '';
  const roots = role === 'root' ? [before, textOf('root', before)] : [textOf('root', before)];
  return roots.map((root) => signersOf(role, root, textOf('targets', folder.roles.targets)));
}
