import { targetFile } from '../../../protocol/documents/trust.ts';
import { parseTargets } from '../../../system/tuf/parse-role.ts';

/** The present documents of channels and brakes by target path; `read` gives a target's text by its file name. */
export async function readDocuments(
  roles: Record<string, string>,
  read: (file: string) => Promise<string | undefined>,
): Promise<Record<string, string>> {
  const named = Object.entries(roles)
    .filter(([role]) => /^(channel|brake)-/.test(role))
    .flatMap(([role, text]) => Object.entries(parseTargets(role, text).signed.targets));
  const texts = await Promise.all(
    named.map(
      async ([path, { hashes }]) =>
        [path, hashes.sha256 && (await read(targetFile(path, hashes.sha256)))] as const,
    ),
  );
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => Boolean(entry[1])));
}
