import { putFile, removeWhere, withParents } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { walk } from '../entries/walk.ts';
import { createdPaths } from './created-paths.ts';
import { layOutState, type StateLayout } from './lay-out-state.ts';
import type { StateRules } from './state-rules.ts';
import { yieldLines } from './yield-lines.ts';

/** Where a root says how /var is made: lines of tmpfiles.d(5), named last of all. */
export const linesFile = 'usr/lib/tmpfiles.d/zz-interlock-var.conf';
/** Where it lists what `lay-seeds` copies from /usr/share/factory, once. */
export const seedsFile = 'usr/lib/interlock/seeds';
/** Where it lists the links in /var that follow it. */
export const linksFile = 'usr/lib/interlock/links';

/** What packages leave in /var while they are installed, and nothing reads at run time. */
const ofTheInstallation = [
  'var/lib/{apt,aspell,dictionaries-common,emacsen-common,initramfs-tools,initscripts,insserv,pam,python,ucf,vim}',
  'var/lib/{shells.state,sgml-base,systemd/catalog,update-rc.d,xml-core}',
  'var/lib/man-db',
];

/**
 * Turns /var, which is the host's, into a tmpfiles.d(5) file that makes there what a host lacks, folders and links, and a
 * list of files in the image that a host gets a copy of. What a packaged line makes is left to it, unless an overlay puts
 * a file or link there, which is `overlaid`. Throws `bad_input` for a name that no line can hold.
 */
export async function emptyVar(
  tree: Tree,
  rules: Partial<Omit<StateRules, 'created'>> = {},
  overlaid: ReadonlySet<string> = new Set(),
): Promise<StateLayout> {
  const isLeft = matchPaths(ofTheInstallation);
  const kept = withParents(overlaid);
  removeWhere(tree, (path) => isLeft(path) && !kept.has(path));
  const isOverlaid = await yieldLines(tree, overlaid);
  const created = await createdPaths(tree);
  for (const path of created.keys())
    if (isOverlaid(path) && tree.get(path)?.type === 'file') created.delete(path);
  const state = [...walk(tree)].filter(({ path }) => path.startsWith('var/'));
  removeWhere(tree, (path) => path.startsWith('var/'));
  const places = layOutState(tree, state, { seed: [], link: [], shipped: new Set(), ...rules, created });
  putFile(tree, linesFile, Buffer.from(places.lines.join(''), 'latin1'));
  putFile(tree, seedsFile, Buffer.from(listSeeds(places), 'latin1'));
  putFile(tree, linksFile, Buffer.from(listLinks(places), 'latin1'));
  return places;
}

/** What `lay-seeds` on a host compares with those it has laid already, in byte order. */
function listSeeds({ seeds }: StateLayout): string {
  return seeds
    .toSorted(byBytes)
    .map((path) => `${path}\n`)
    .join('');
}

/** What `follow-links` on a host compares with the last release's, in byte order. */
function listLinks({ links }: StateLayout): string {
  const lines = links.map(({ path, target }) => `/${path}\t${target}`);
  // it reads line by line; a link it does not know is made once
  const plain = lines.filter((line) => /^[^\t\n]+\t[^\t\n]+$/.test(line));
  return plain
    .toSorted(byBytes)
    .map((line) => `${line}\n`)
    .join('');
}

/** Binary strings in the order of comm(1). */
const byBytes = (a: string, b: string) => (a < b ? -1 : 1);
