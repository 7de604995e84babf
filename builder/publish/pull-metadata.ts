import { keepRole, keepTarget, openKeysFolder, readKeptTarget } from '../keys-folder/keys-folder.ts';
import { versionOf } from '../metadata/document.ts';
import { sha256Of } from '../metadata/name-targets.ts';
import { readRepository, readTarget } from './repository/read-repository.ts';
import type { PublishServer } from './repository/server.ts';

/**
 * Brings a keys folder up to what the server shows: others sign too, and a role that gets new keys must keep what it named.
 * Every signature is checked from the folder's root on. Returns the roles that were newer.
 */
export async function pullMetadata(server: PublishServer, keysDir: string): Promise<string[]> {
  const folder = await openKeysFolder(keysDir);
  const repository = await readRepository(server, folder);
  const newRoots = repository.roots.filter(({ text }) => !folder.roots.some((root) => root.text === text));
  for (const { text } of newRoots) await keepRole(keysDir, 'root', text);
  const newer = Object.entries(repository.roles).filter(
    ([role, document]) => versionOf(document) > versionOf(folder.roles[role]),
  );
  for (const [role, { text, parsed }] of newer) {
    for (const [path, { hashes }] of Object.entries(parsed.signed.targets)) {
      const kept = await readKeptTarget(keysDir, path);
      if (kept !== undefined && sha256Of(kept) === hashes.sha256) continue;
      const found = await readTarget(server, repository, role, path);
      if (found !== undefined) await keepTarget(keysDir, path, found);
    }
    await keepRole(keysDir, role, text);
  }
  return [...newRoots.map(() => 'root'), ...newer.map(([role]) => role)];
}
