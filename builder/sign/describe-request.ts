import type { Metadata, Root, Targets } from '@tufjs/models';
import { isTopRole } from '../../protocol/trust.ts';
import { type KeysFolder, signersOf } from '../keys/keys-folder.ts';
import { parseRoot, parseTargets } from '../keys/parse-role.ts';
import type { Asked } from './check-request.ts';
import type { SigningRequest } from './request.ts';

/** One document of a request: how far it is, and what it changes against what this folder knows; a holder reads that before signing. */
export interface RequestState {
  role: string;
  version: number;
  expires: string;
  signatures: number;
  threshold: number;
  changes: string[];
}

/** How far every document of a request is. `complete` when nothing is missing. */
export function describeRequest(
  folder: KeysFolder,
  { publish }: SigningRequest,
  asked: readonly Asked[],
): RequestState[] {
  return asked.map(({ role, metadata }) => {
    const groups = signersFor(folder, asked, role);
    const furthest = groups.map(({ keyIDs, threshold }) => ({
      signatures: keyIDs.filter((id) => metadata.signatures[id]).length,
      threshold,
    }));
    const least = furthest.toSorted((a, b) => a.signatures - a.threshold - (b.signatures - b.threshold))[0]!;
    const { version, expires } = metadata.signed;
    const changes =
      role === 'root'
        ? rootChanges(folder, metadata as Metadata<Root>)
        : targetsChanges(folder, role, metadata as Metadata<Targets>, publish.targets);
    return { role, version, expires, ...least, changes };
  });
}

/** Whose signatures a document of a request needs: for root the old keys' and its own, for the rest those that root or targets name after it. */
export function signersFor(folder: KeysFolder, asked: readonly Asked[], role: string) {
  const textOf = (name: string, known: string | undefined) => {
    const metadata = asked.find((entry) => entry.role === name)?.metadata;
    return metadata ? JSON.stringify(metadata.toJSON()) : (known ?? '');
  };
  const before = folder.roots.at(-1) ?? '';
  const roots = role === 'root' ? [before, textOf('root', before)] : [textOf('root', before)];
  return roots.map((root) => signersOf(role, root, textOf('targets', folder.roles.targets)));
}

function rootChanges({ roots }: KeysFolder, { signed }: Metadata<Root>): string[] {
  const before = parseRoot(roots.at(-1) ?? '').signed;
  return Object.entries(signed.roles).flatMap(([role, after]) => keyChanges(role, before.roles[role], after));
}

function targetsChanges(
  { roles }: KeysFolder,
  role: string,
  { signed }: Metadata<Targets>,
  texts: Record<string, string>,
): string[] {
  const before = roles[role] ? parseTargets(role, roles[role]).signed : undefined;
  if (isTopRole(role)) {
    const old = before?.delegations?.roles ?? {};
    const now = signed.delegations?.roles ?? {};
    const gone = Object.keys(old).filter((name) => !now[name]);
    return [
      ...Object.entries(now).flatMap(([name, after]) => keyChanges(name, old[name], after)),
      ...gone.map((name) => `no ${name} any more`),
    ];
  }
  const paths = new Set([...Object.keys(before?.targets ?? {}), ...Object.keys(signed.targets)]);
  return [...paths].flatMap((path) => {
    const [old, now] = [before?.targets[path], signed.targets[path]];
    if (old?.hashes.sha256 === now?.hashes.sha256) return [];
    const verb = !old ? 'adds' : now ? 'changes' : 'drops';
    return [`${verb} ${path}${words(texts[path])}`];
  });
}

/** The sentence that a person decides by: where a channel or its brake points. */
function words(text: string | undefined): string {
  if (text === undefined) return '';
  const { head, blocked, withdrawn } = JSON.parse(text) as {
    head?: { version: string };
    blocked?: { version: string }[];
    withdrawn?: { version: string; to: string }[] | { version: string; to: string } | null;
  };
  const back = [withdrawn ?? []].flat();
  const parts = [
    ...(head ? [`head ${head.version}`] : []),
    ...(blocked?.length ? [`blocked ${blocked.map(({ version }) => version).join(' ')}`] : []),
    ...(back.length ? [`withdrawn ${back.map(({ version, to }) => `${version}→${to}`).join(' ')}`] : []),
  ];
  return parts.length ? `: ${parts.join(', ')}` : '';
}

function keyChanges(
  role: string,
  before: { keyIDs: string[]; threshold: number } | undefined,
  after: { keyIDs: string[]; threshold: number },
): string[] {
  const short = (id: string) => id.slice(0, 8);
  const added = after.keyIDs.filter((id) => !before?.keyIDs.includes(id)).map((id) => `+${short(id)}`);
  const gone = before?.keyIDs.filter((id) => !after.keyIDs.includes(id)).map((id) => `-${short(id)}`) ?? [];
  const threshold = before?.threshold === after.threshold ? [] : [`threshold ${after.threshold}`];
  const all = [...added, ...gone, ...threshold];
  return all.length ? [`${role}: ${all.join(' ')}`] : [];
}
