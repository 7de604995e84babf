import { parentOf } from '../entries/change.ts';
import type { Entry } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { isSoftware, writtenPath } from './homes.ts';

/** What decides where an entry of /var goes. */
export interface StateRules {
  /** Globs of the definition: files a host gets once. */
  seed: readonly string[];
  /** Globs of the definition: files that stay the image's. */
  link: readonly string[];
  /** Files that packages bring as theirs, which no program writes to. */
  shipped: ReadonlySet<string>;
  /** What lines of tmpfiles.d(5) make already, with their types. */
  created: ReadonlyMap<string, string>;
}

/**
 * `made` by a line of its own; `linked`: in the image, with a link to it; `seeded`: copied once; `created` by
 * a line of a package. A folder that is linked or seeded takes along all that lies in it.
 */
export type Treatment = 'created' | 'made' | 'linked' | 'seeded';

/** Folders that many programs share: files in them do not belong together. */
const shared =
  /^var(\/(cache|home|lib|lib\/misc|lib\/private|local|log|mail|opt|roothome|spool|srv|usrlocal))?$/;

/** Returns the rule that decides what is done with each entry of /var; `state` is all of them. */
export function chooseTreatment(state: readonly Entry[], rules: StateRules): (entry: Entry) => Treatment {
  const isSeeded = matchWritten(rules.seed);
  const isLinked = matchWritten(rules.link);
  const treatmentOfFile = (path: string): Treatment => {
    if (isSeeded(path)) return 'seeded';
    return isLinked(path) || isSoftware(path) || rules.shipped.has(path) ? 'linked' : 'seeded';
  };
  const inside = noteFolders(state, ({ path, type }) => [
    ...(rules.created.has(path) ? ['created'] : []),
    ...(type === 'file' ? [treatmentOfFile(path)] : []),
    ...(type === 'symlink' && !path.startsWith('var/home/') ? ['symlink'] : []),
    ...(isSeeded(path) ? ['named'] : []),
  ]);

  // a folder of state is copied whole or not at all: what its program deletes must not come back
  const isOneState = (path: string, notes: ReadonlySet<string>) =>
    notes.has('seeded') &&
    !['created', 'linked', 'symlink'].some((note) => notes.has(note)) &&
    !shared.test(path) &&
    (isSeeded(path) || !isSoftware(path));

  return ({ path, type }) => {
    if (rules.created.has(path)) return 'created';
    if (type === 'file') return treatmentOfFile(path);
    if (type !== 'directory') return 'made';
    const notes = inside.get(path) ?? new Set();
    if (isLinked(path) && !notes.has('named')) return 'linked';
    return isOneState(path, notes) ? 'seeded' : 'made';
  };
}

/** What is noted of anything that lies below a folder, by folder. */
function noteFolders(state: readonly Entry[], notesOf: (entry: Entry) => string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const entry of state) {
    const notes = notesOf(entry);
    for (let folder = parentOf(entry.path); folder !== ''; folder = parentOf(folder)) {
      const noted = folders.get(folder) ?? new Set();
      for (const note of notes) noted.add(note);
      folders.set(folder, noted);
    }
  }
  return folders;
}

/** A predicate for paths of /var. Globs name them as people do (`/opt/x`), or as they lie on the host. */
export function matchWritten(globs: readonly string[]): (path: string) => boolean {
  const matches = matchPaths(globs);
  return (path) => matches(path) || matches(writtenPath(path).slice(1));
}
