import { writeDurably } from '../../system/files/durable.ts';
import { refusing } from '../../system/tuf/parse-role.ts';
import { dropFalse, idsOf } from '../../system/tuf/verify-by.ts';
import { type KeysFolder, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { signersOf } from '../metadata/document.ts';
import { addSignatures, textOf } from '../metadata/seal.ts';
import { type Asked, namersOf } from './asked.ts';
import { catchUp, keepKnown, takenOver } from './catch-up.ts';
import { checkAsked } from './check-request.ts';
import { describeRequest, earlierDocuments, type RequestState } from './describe-request.ts';
import { digestOf, readRequest, type SigningRequest } from './request.ts';

/** A request as a holder is shown it, and the digest that names what was shown. */
export interface RequestShown {
  documents: RequestState[];
  /** What is in force already and was not known here, in words: enough holders signed it, and this folder takes it over. */
  taken: string[];
  digest: string;
  /** What the request asks of the server besides signatures: for the audit log and rollouts. */
  errand: Pick<SigningRequest['publish'], 'action' | 'name' | 'policy' | 'starts'>;
}

/** Shows what a request would change against what this folder trusts, and signs nothing. Throws `metadata_invalid` as `signRequest` does. */
export async function showRequest(file: string, keysDir: string): Promise<RequestShown> {
  return (await look(file, keysDir)).shown;
}

/**
 * Adds the signatures of the keys at hand to a request, in its file, once `agree` has seen all of it and did not throw; what is in
 * force already is kept in the folder. Throws `metadata_invalid` for a request that no holder should sign.
 */
export async function signRequest(
  file: string,
  keysDir: string,
  agree: (shown: RequestShown) => Promise<void> = async () => {},
): Promise<RequestState[]> {
  const { request, before, folder, asked, shown } = await look(file, keysDir);
  await agree(shown);
  for (const { role, metadata } of asked) {
    for (const above of namersOf(folder, asked, role)) dropFalse(above, metadata);
    addSignatures(role, metadata, folder.keyring, mayBeSignedBy(folder, asked, role));
  }
  const roles = request.publish.roles.map((entry) => {
    const signed = asked.find(({ json }) => json === entry.json);
    return signed ? { ...entry, json: textOf(signed.metadata) } : entry;
  });
  const next = { ...request, publish: { ...request.publish, roles } };
  await writeDurably(file, `${JSON.stringify(next, null, 1)}\n`);
  await keepKnown(before, folder);
  const after = describeRequest(folder, request, asked);
  return after.map((state, index) => ({ ...state, ...changesOf(shown.documents[index]!) }));
}

async function look(file: string, keysDir: string) {
  const request = await readRequest(file);
  const before = await openKeysFolder(keysDir);
  const folder = catchUp(before, request);
  const asked = refusing('request', () => checkAsked(folder, request));
  const documents = describeRequest(folder, request, asked, await earlierDocuments(folder, request, asked));
  const { action, name, policy, starts } = request.publish;
  const errand = {
    ...{ action, name },
    ...(policy === undefined ? {} : { policy }),
    ...(starts === undefined ? {} : { starts }),
  };
  const shown = { documents, taken: takenOver(before, folder), digest: digestOf(request), errand };
  return { request, before, folder, asked, shown };
}

function changesOf({ changes, diff }: RequestState) {
  return { changes, diff };
}

/**
 * A key signs only for the role that metadata in force names it for, or, when none names it yet, for the one it is to have:
 * the bytes of two delegated roles cannot be told apart, so a request could pass one off as the other.
 */
function mayBeSignedBy(folder: KeysFolder, asked: readonly Asked[], role: string): string[] {
  const named = namersOf(folder, asked, role).flatMap((above) => idsOf(above, role));
  const roleOf = rolesByKey(folder);
  return named.filter((id) => (roleOf.get(id) ?? [role]).includes(role));
}

function rolesByKey(folder: KeysFolder): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const role of ['root', ...Object.keys(folder.roles)]) {
    for (const id of signersOf(role, folder).keyIDs) {
      found.set(id, [...(found.get(id) ?? []), role]);
    }
  }
  return found;
}
