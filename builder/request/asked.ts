import type { Metadata, Root, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/documents/trust.ts';
import type { KeysFolder } from '../keys-folder/keys-folder.ts';
import { documentOf } from '../metadata/document.ts';
import { type SignedJson, signedJson } from '../metadata/signed-json.ts';

/** Metadata of a request: signed by too few yet, or by enough. `json` is its text as sent. */
export type Asked = { role: string; json: string; metadata: Metadata<Root | Targets> };

/** What is in force of a role here, as it was signed. */
export function trusted(folder: KeysFolder, role: string): SignedJson | undefined {
  const document = documentOf(folder, role);
  return document && signedJson(role, document.text);
}

/** What names the signers of a document of a request: for root the old one and itself, for the rest root or targets as they are after it. */
export function namersOf(
  folder: KeysFolder,
  asked: readonly Asked[],
  role: string,
): Metadata<Root | Targets>[] {
  const after = (name: string) => asked.find((entry) => entry.role === name)?.metadata;
  const root = after('root') ?? folder.root.parsed;
  if (role === 'root') return [folder.root.parsed, root];
  return [isTopRole(role) ? root : (after('targets') ?? folder.targets.parsed)];
}
