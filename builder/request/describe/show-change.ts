import type { RoleDocuments, RootDocument } from '../../metadata/document.ts';
import { type SignedJson, signedJson } from '../../metadata/signed-json.ts';
import { describeChange } from './describe-change.ts';

/** Called with what a command signed, as text, before it is sent or kept. */
export type Show = (text: string) => void;

/** What was trusted before a change: roots, oldest first, and other roles. */
interface Before {
  roots: readonly RootDocument[];
  roles: RoleDocuments;
  /** Texts of the documents that get another one, by path. */
  documents?: Record<string, string>;
}

/** Everything that newly signed roles change, in words and line by line, as a holder would read it in a request. */
export function changeText(
  before: Before,
  signed: readonly { role: string; json: string }[],
  texts: Record<string, string> = {},
): string {
  const described = signed.flatMap(({ role, json }) => {
    const after = signedJson(role, json);
    const change = {
      role,
      before: earlier(before, role, after),
      after,
      texts,
      textsBefore: before.documents ?? {},
    };
    const { changes, diff } = describeChange(change);
    if (diff.length === 0) return [];
    const lines = [...changes.map((line) => `  ${line}`), ...diff.map((line) => `    ${line}`)];
    return [`${role} ${after.version}, until ${after.expires}`, ...lines];
  });
  return described.join('\n');
}

function earlier({ roots, roles }: Before, role: string, after: SignedJson): SignedJson | undefined {
  if (role !== 'root') return roles[role] && signedJson(role, roles[role].text);
  const known = roots.map(({ text }) => signedJson('root', text));
  return (
    known.findLast(({ version }) => version < after.version) ??
    known.find(({ version }) => version === after.version)
  );
}
