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

/**
 * What a channel's or a brake's document says, in words: a person decides by them. Shown for as much as the document has; every
 * field stands in the diff below as well.
 */
export function documentWords(text: string): string {
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
