import { targetFile } from '../../../protocol/documents/trust.ts';
import type { SignedRoles } from './signed-roles.ts';

/** The present documents of channels and brakes by target path; `read` gives a target's text by its file name. */
export async function readDocuments(
  { targets }: SignedRoles,
  read: (file: string) => Promise<string | undefined>,
): Promise<Record<string, string>> {
  const named = [...targets]
    .filter(([role]) => /^(channel|brake)-/.test(role))
    .flatMap(([, { parsed }]) => Object.entries(parsed.signed.targets));
  const texts = await Promise.all(
    named.map(
      async ([path, { hashes }]) =>
        [path, hashes.sha256 && (await read(targetFile(path, hashes.sha256)))] as const,
    ),
  );
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => Boolean(entry[1])));
}
