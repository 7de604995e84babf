import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { shownName } from '../../definition/paths/names.ts';
import { parentOf, putDirectory } from '../entries/change.ts';
import type { Entry, Tree } from '../entries/entry.ts';
import { formatLine, formatLink, formatPath, formatSeed } from './format-line.ts';
import { imagePath, isSoftware, writtenPath } from './homes.ts';
import { keepTarget } from './keep-target.ts';
import { chooseTreatment, type StateRules, type Treatment } from './state-rules.ts';

/** What was done with everything in /var. Paths are binary strings; those that begin with `/` are as people write them. */
export interface StateLayout {
  /** Lines of tmpfiles.d(5). */
  lines: string[];
  /** Links that a host gets. */
  links: { path: string; target: string }[];
  /** Files that stay in the image. */
  moved: { path: string; to: string; isFolder: boolean }[];
  /** What `lay-seeds` copies on a host, by the path there. */
  seeds: string[];
  /** What a host gets once. */
  seeded: string[];
}

/**
 * Moves each entry of /var: a folder or link becomes a line, a file lies in the image, and a host gets a link
 * or a copy. `state` is in walk order. Throws `bad_input` where two files would get one path.
 */
export function layOutState(tree: Tree, state: readonly Entry[], rules: StateRules): StateLayout {
  const places: StateLayout = { lines: [], links: [], moved: [], seeds: [], seeded: [] };
  const treatmentOf = chooseTreatment(state, rules);
  const move = mover(tree, state);
  let whole: { folder: string; treatment: Treatment } | undefined;
  for (const entry of state) {
    const inside = whole && entry.path.startsWith(`${whole.folder}/`);
    if (whole && inside) {
      const linkname = whole.treatment === 'linked' ? keepTarget(entry, whole.folder) : entry.linkname;
      move({ ...entry, linkname }, placeOf(entry.path, whole.treatment));
      continue;
    }
    const treatment = treatmentOf(entry);
    const isWhole = entry.type === 'directory' && (treatment === 'linked' || treatment === 'seeded');
    whole = isWhole ? { folder: entry.path, treatment } : undefined;
    note(places, entry, treatment, rules.created);
    if (treatment === 'linked' || treatment === 'seeded') move(entry, placeOf(entry.path, treatment));
    // programs of the image find each other by the links beside them
    else if (entry.type === 'symlink' && isSoftware(entry.path)) move(entry, imagePath(entry.path));
  }
  return places;
}

function note(
  { lines, links, moved, seeds, seeded }: StateLayout,
  entry: Entry,
  treatment: Treatment,
  created: StateRules['created'],
): void {
  const { path, type } = entry;
  if (treatment === 'created') return;
  if (treatment === 'seeded') {
    seeded.push(writtenPath(path));
    if (isRemade(path, created)) lines.push(formatSeed(path));
    else seeds.push(formatPath(path));
  } else if (treatment === 'linked' || type === 'symlink') {
    const target = treatment === 'linked' ? `/${imagePath(path)}` : entry.linkname;
    if (treatment === 'linked')
      moved.push({ path: writtenPath(path), to: target, isFolder: type === 'directory' });
    links.push({ path, target });
    lines.push(formatLink(path, target));
  } else {
    lines.push(formatLine(entry));
  }
}

/** Whether a file lies in a folder that a line fills when it is empty or empties at each boot: ours comes after it. */
function isRemade(path: string, created: StateRules['created']): boolean {
  const folder = parentOf(path);
  return folder !== '' && (/^[CD]/.test(created.get(folder) ?? '') || isRemade(folder, created));
}

function placeOf(path: string, treatment: Treatment): string {
  return treatment === 'linked' ? imagePath(path) : `usr/share/factory/${path}`;
}

/** Puts entries elsewhere in the tree, in folders with the owners and modes of those they come from. */
function mover(tree: Tree, state: readonly Entry[]): (entry: Entry, to: string) => void {
  const origins = new Map(state.map((entry) => [entry.path, entry]));
  const move = (entry: Entry, to: string) => {
    const folder = parentOf(to);
    const origin = origins.get(parentOf(entry.path));
    if (origin && !tree.has(folder)) move(origin, folder);
    putDirectory(tree, folder);
    const found = tree.get(to);
    if (found && !(found.type === 'directory' && entry.type === 'directory')) {
      const problem = `goes to /${shownName(to)}, where the image has a ${found.type} already`;
      throw new InterlockError('bad_input', { what: shownName(writtenPath(entry.path)), problem });
    }
    if (!found) tree.set(to, { ...entry, path: to });
  };
  return move;
}
