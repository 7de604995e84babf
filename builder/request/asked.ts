import type { Metadata, Root, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/documents/trust.ts';
import type { KeysFolder } from '../keys-folder/keys-folder.ts';
import { parseRoot, parseTargets } from '../metadata/parse-role.ts';
import { type SignedJson, signedJson } from '../metadata/signed-json.ts';

/** Metadata of a request: signed by too few yet, or by enough. `json` is its text as sent. */
export type Asked = { role: string; json: string; metadata: Metadata<Root | Targets> };

/** What is in force of a role here, as it was signed. */
export function trusted({ roots, roles }: KeysFolder, role: string): SignedJson | undefined {
  const text = role === 'root' ? roots.at(-1) : roles[role];
  return text ? signedJson(role, text) : undefined;
}

/** What names the signers of a document of a request: for root the old one and itself, for the rest root or targets as they are after it. */
export function namersOf(
  folder: KeysFolder,
  asked: readonly Asked[],
  role: string,
): Metadata<Root | Targets>[] {
  const textOf = (name: string, known: string | undefined) =>
    asked.find((entry) => entry.role === name)?.json ?? known ?? '';
  const before = folder.roots.at(-1) ?? '';
  if (role === 'root') return [parseRoot(before), parseRoot(textOf('root', before))];
  if (isTopRole(role)) return [parseRoot(textOf('root', before))];
  return [parseTargets('targets', textOf('targets', folder.roles.targets))];
}
