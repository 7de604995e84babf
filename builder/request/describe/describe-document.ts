import { diffJson } from './diff-json.ts';

interface Named {
  version?: string;
  releases?: Record<string, string>;
}
interface Entry {
  version: string;
  to?: string;
  reason?: string;
}
interface Document {
  head?: Named;
  heads?: Named[];
  floors?: Named[];
  minimum?: string | null;
  blocked?: Entry[];
  withdrawn?: Entry[] | Entry | null;
}

/** Describes a channel's or an on-call role's document as it would be and as it is now, for the person who signs. */
export function describeDocument(before: string | undefined, after: string, isNew: boolean): string {
  const description = describe(after);
  if (isNew || description === '') return description;
  return `${description}; until now: ${before === undefined ? 'not at hand here' : describe(before)}`;
}

function describe(text: string): string {
  const { head, heads, floors, minimum, blocked, withdrawn } = JSON.parse(text) as Document;
  const back = [withdrawn ?? []].flat();
  const parts = [
    ...(head ? [`head ${named(head)}`] : []),
    ...(floors?.length ? [`floors ${floors.map(named).join(', ')}`] : []),
    ...(minimum ? [`minimum ${minimum}`] : []),
    ...(heads?.length ? [`earlier heads ${heads.map(named).join(', ')}`] : []),
    ...(blocked?.length ? [`blocked ${blocked.map(({ version }) => version).join(' ')}`] : []),
    ...(back.length ? [`withdrawn ${back.map(({ version, to }) => `${version}→${to}`).join(' ')}`] : []),
  ];
  return parts.join(', ');
}

/** The difference of two document texts, each line with the document's path before it; without the earlier one all of it is new. */
export function documentDiff(path: string, before: string | undefined, after: string): string[] {
  const old = before === undefined ? undefined : JSON.parse(before);
  return diffJson(old, JSON.parse(after)).map((line) => `${line.slice(0, 2)}${path}: ${line.slice(2)}`);
}

function named({ version, releases = {} }: Named): string {
  const hashes = Object.entries(releases).map(([arch, sha256]) => `${arch} ${sha256}`);
  return `${version} (${hashes.join(', ') || 'for no architecture'})`;
}
