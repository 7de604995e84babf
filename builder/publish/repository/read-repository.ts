import { Metadata, MetadataKind, type MetaFile, type Root } from '@tufjs/models';
import { paths } from '../../../protocol/api/publish.ts';
import { targetFile } from '../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { refusing } from '../../../system/tuf/parse-role.ts';
import { checkNaming, verifyBy } from '../../../system/tuf/verify-by.ts';
import type { KeysFolder } from '../../keys-folder/keys-folder.ts';
import {
  type RoleDocuments,
  type RootDocument,
  readRoot,
  readTargets,
  requireRole,
  versionOf,
} from '../../metadata/document.ts';
import { followRoot } from '../../metadata/follow-root.ts';
import { sha256Of } from '../../metadata/name-targets.ts';
import type { PublishServer } from './server.ts';

/** What a server shows, every signature checked from the signer's own root on; expiry is what signing again cures. */
export interface ServerRepository {
  /** Its root metadata, oldest known first; empty for a server without any metadata. */
  roots: readonly RootDocument[];
  roles: RoleDocuments;
}

/** Reads all metadata of a server. Throws `metadata_invalid` for anything the signer's root does not vouch for. */
export async function readRepository(server: PublishServer, folder: KeysFolder): Promise<ServerRepository> {
  const timestampText = await server.text(`${paths.metadata}/timestamp.json`);
  if (timestampText === undefined) return { roots: [], roles: {} };
  const roots = await readRoots(server, folder.roots);
  const root = roots.at(-1)!.parsed;
  const timestamp = refusing('timestamp', () => {
    const metadata = Metadata.fromJSON(MetadataKind.Timestamp, JSON.parse(timestampText));
    verifyBy(root, 'timestamp', metadata);
    return metadata.signed;
  });
  const snapshotText = await fetchMeta(server, 'snapshot', timestamp.snapshotMeta);
  const snapshot = refusing('snapshot', () => {
    const metadata = Metadata.fromJSON(MetadataKind.Snapshot, JSON.parse(snapshotText));
    verifyBy(root, 'snapshot', metadata);
    return metadata.signed;
  });
  return { roots, roles: await readRoles(server, root, snapshot.meta) };
}

/** Reads a target that a role of the repository names, and checks it by length and hash. Undefined when none does. */
export async function readTarget(
  server: PublishServer,
  { roles }: ServerRepository,
  role: string,
  path: string,
): Promise<string | undefined> {
  const target = roles[role]?.parsed.signed.targets[path];
  if (!target) return undefined;
  const text = await server.text(`${paths.targets}/${targetFile(path, target.hashes.sha256 ?? '')}`);
  if (text === undefined || sha256Of(text) !== target.hashes.sha256) {
    throw new InterlockError('metadata_invalid', {
      role,
      problem: `${path} is missing or has other content`,
    });
  }
  return text;
}

/** The server's chain of roots: the newest that this folder knows too, and every later one, each signed by its predecessor. */
async function readRoots(server: PublishServer, known: readonly RootDocument[]): Promise<RootDocument[]> {
  for (const root of known.toReversed()) {
    const found = await server.text(`${paths.metadata}/${versionOf(root)}.root.json`);
    if (found === undefined) continue;
    if (found !== root.text) break;
    return [...known.slice(0, known.indexOf(root) + 1), ...(await readLaterRoots(server, root))];
  }
  throw new InterlockError('metadata_invalid', { role: 'root', problem: 'this server has another root' });
}

async function readLaterRoots(server: PublishServer, last: RootDocument): Promise<RootDocument[]> {
  const text = await server.text(`${paths.metadata}/${versionOf(last) + 1}.root.json`);
  if (text === undefined) return [];
  const next = readRoot(text);
  followRoot(last, next);
  return [next, ...(await readLaterRoots(server, next))];
}

async function readRoles(
  server: PublishServer,
  root: Metadata<Root>,
  meta: Record<string, MetaFile>,
): Promise<RoleDocuments> {
  const roles: RoleDocuments = {};
  for (const [file, described] of Object.entries(meta)) {
    const role = file.replace(/\.json$/, '');
    roles[role] = readTargets(role, await fetchMeta(server, role, described));
  }
  const targets = requireRole(roles, 'targets').parsed;
  checkNaming(targets);
  for (const [role, { parsed }] of Object.entries(roles)) {
    verifyBy(role === 'targets' ? root : targets, role, parsed);
  }
  return roles;
}

async function fetchMeta(server: PublishServer, role: string, described: MetaFile): Promise<string> {
  const text = await server.text(`${paths.metadata}/${described.version}.${role}.json`);
  if (text === undefined) throw new InterlockError('metadata_invalid', { role, problem: 'is missing' });
  refusing(role, () => described.verify(Buffer.from(text)));
  return text;
}
