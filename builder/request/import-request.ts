import type { PublishRequest } from '../../protocol/api/publish.ts';
import { isTopRole } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { refusing } from '../../system/tuf/parse-role.ts';
import { verifyBy } from '../../system/tuf/verify-by.ts';
import { findKeysGone } from '../keys-folder/find-key.ts';
import { type KeysFolder, keepRole, keepTarget, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { retireKeys } from '../keys-folder/retire.ts';
import { readRoot, readTargets, withDocuments } from '../metadata/document.ts';
import { followRoot } from '../metadata/follow-root.ts';
import type { Asked } from './asked.ts';
import { catchUp, keepKnown } from './catch-up.ts';
import { checkAsked } from './check-request.ts';
import { describeRequest, earlierDocuments, type RequestState } from './describe-request.ts';
import { readRequest } from './request.ts';

/** What a signed request brought into the keys folder. */
export interface Imported {
  documents: RequestState[];
  /** Key files that nothing names any more. */
  retired: string[];
}

/**
 * Takes in what enough holders signed: checks it as a host would, sends it with `send` when it has to be seen at once (a channel's
 * documents), and keeps it. Throws `metadata_invalid` while signatures are missing, `usage` for a channel's documents without a server.
 */
export async function importRequest(
  file: string,
  keysDir: string,
  send: ((publish: PublishRequest) => Promise<unknown>) | undefined,
): Promise<Imported> {
  const request = await readRequest(file);
  const before = await openKeysFolder(keysDir);
  const folder = catchUp(before, request);
  const asked = refusing('request', () => checkAsked(folder, request));
  const documents = describeRequest(folder, request, asked, await earlierDocuments(folder, request, asked));
  const after = verifyAll(folder, asked);
  if (isForServer(request.publish)) {
    if (!send) {
      throw new InterlockError('usage', { problem: 'a channel is changed on its server: give --server' });
    }
    await send(request.publish);
  }
  await keepKnown(before, folder);
  for (const [path, text] of Object.entries(request.publish.targets)) await keepTarget(keysDir, path, text);
  for (const { role, json } of asked) await keepRole(keysDir, role, json);
  return { documents, retired: await retireKeys(keysDir, findKeysGone(folder, after)) };
}

/** A channel's or brake's documents are made on top of what the server shows, so that they go there and nowhere else. */
export function isForServer({ targets }: PublishRequest): boolean {
  return Object.keys(targets).some((path) => /^(channels|brakes)\//.test(path));
}

function verifyAll(folder: KeysFolder, asked: readonly Asked[]): KeysFolder {
  const root = asked.find(({ role }) => role === 'root');
  const roots = root ? [readRoot(root.json)] : [];
  for (const next of roots) followRoot(folder.root, next);
  const others = asked.filter(({ role }) => role !== 'root');
  const roles = Object.fromEntries(others.map(({ role, json }) => [role, readTargets(role, json)]));
  const after = withDocuments(folder, { roots, roles });
  for (const { role, metadata } of others) {
    verifyBy((isTopRole(role) ? after.root : after.targets).parsed, role, metadata);
  }
  return after;
}
