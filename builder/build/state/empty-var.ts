import { putFile, removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';
import { walk } from '../tree/walk.ts';
import type { StateRules } from './choose-fate.ts';
import { createdPaths } from './created-paths.ts';
import { placeState, type StatePlaces } from './place-state.ts';

/** Where a root says how /var is made: lines of tmpfiles.d(5), named last of all. */
export const linesFile = 'usr/lib/tmpfiles.d/zz-interlock-var.conf';
/** Where it lists the links in /var that follow it. */
export const linksFile = 'usr/lib/interlock/links';

/** What packages leave in /var while they are installed, and nothing reads at run time. */
const ofTheInstallation = [
  'var/lib/{apt,aspell,dictionaries-common,emacsen-common,initramfs-tools,initscripts,insserv,pam,python,ucf,vim}',
  'var/lib/{shells.state,sgml-base,systemd/catalog,update-rc.d,xml-core}',
  'var/lib/man-db',
];

/**
 * Turns /var, which is the host's, into a tmpfiles.d(5) file that makes there what a host lacks: folders, links, and
 * copies of files that lie in the image. What a packaged line makes is left to it, and what overlays put there is `wanted`. Throws `bad_input` for a name that
 * no line can hold.
 */
export async function emptyVar(
  tree: Tree,
  rules: Partial<Omit<StateRules, 'created'>> = {},
  wanted: ReadonlySet<string> = new Set(),
): Promise<StatePlaces> {
  const isLeft = matchPaths(ofTheInstallation);
  const isWanted = (path: string) => [...wanted].some((each) => `${each}/`.startsWith(`${path}/`));
  removeWhere(tree, (path) => isLeft(path) && !isWanted(path));
  const created = await createdPaths(tree);
  const state = [...walk(tree)].filter(({ path }) => path.startsWith('var/'));
  removeWhere(tree, (path) => path.startsWith('var/'));
  const places = placeState(tree, state, { seed: [], link: [], shipped: new Set(), ...rules, created });
  putFile(tree, linesFile, Buffer.from(places.lines.join(''), 'latin1'));
  putFile(tree, linksFile, Buffer.from(listLinks(places), 'latin1'));
  return places;
}

/** What `follow-links` on a host compares with the last release's, in byte order. */
function listLinks({ links }: StatePlaces): string {
  const lines = links.map(({ path, target }) => `/${path}\t${target}`);
  // it reads line by line; a link it does not know is made once
  const plain = lines.filter((line) => /^[^\t\n]+\t[^\t\n]+$/.test(line));
  return plain
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((line) => `${line}\n`)
    .join('');
}
