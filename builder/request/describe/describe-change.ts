import { isTopRole, livesTooLong } from '../../../protocol/documents/trust.ts';
import type { SignedJson } from '../../metadata/signed-json.ts';
import { describeDocument, documentDiff } from './describe-document.ts';
import { describeRoles } from './describe-roles.ts';
import { diffJson } from './diff-json.ts';

/** One role's change: what is trusted now, and what would be. */
export interface RoleChange {
  role: string;
  before: SignedJson | undefined;
  after: SignedJson;
  /** Texts of the documents that it newly names, by path, and of those they take the place of. */
  texts: Record<string, string>;
  textsBefore: Record<string, string>;
  /** What keys sign by the other document that names keys: roles by key id. */
  elsewhere?: ReadonlyMap<string, string>;
}

/** A change as a person reads it before signing: described, and every single difference. */
export interface ChangeShown {
  changes: string[];
  diff: string[];
}

/** Describes everything that a change of one role changes; pure. */
export function describeChange(change: RoleChange, now = new Date()): ChangeShown {
  const { role, before, after, texts, textsBefore } = change;
  const words = isTopRole(role) ? describeRoles(before, after, change.elsewhere) : describeTargets(change);
  const life = livesTooLong(role, after.expires, now)
    ? [`lives longer than a signature of ${role} does: the clock it was made under was ahead`]
    : [];
  const named = Object.keys(texts).filter((path) => changes(change, path));
  const documents = named.flatMap((path) => documentDiff(path, textsBefore[path], texts[path]!));
  return { changes: [...words, ...life], diff: [...diffJson(before, after), ...documents] };
}

/** Paths that a role would name otherwise than it does now: added, dropped, or with other bytes. */
export function changedPaths({ before, after }: Pick<RoleChange, 'before' | 'after'>): string[] {
  const paths = new Set([...Object.keys(before?.targets ?? {}), ...Object.keys(after.targets ?? {})]);
  return [...paths].filter((path) => changes({ before, after }, path));
}

function changes({ before, after }: Pick<RoleChange, 'before' | 'after'>, path: string): boolean {
  return JSON.stringify(entry(before, path)) !== JSON.stringify(entry(after, path));
}

function entry(signed: SignedJson | undefined, path: string) {
  return signed?.targets && Object.hasOwn(signed.targets, path) ? signed.targets[path] : undefined;
}

function describeTargets(change: RoleChange): string[] {
  return changedPaths(change).map((path) => {
    const [old, now] = [entry(change.before, path), entry(change.after, path)];
    const verb = !old ? 'adds' : now ? 'changes' : 'drops';
    const text = change.texts[path];
    const description = text === undefined ? '' : describeDocument(change.textsBefore[path], text, !old);
    return `${verb} ${path}${description ? `: ${description}` : ''}`;
  });
}
