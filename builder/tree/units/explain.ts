import { suggest } from '../../../protocol/text/suggest.ts';
import { parseUnitName, templateOf } from '../../../protocol/text/unit-name.ts';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { isMasked } from './load-unit.ts';
import { systemFolders, userFolders } from './unit-folders.ts';

const { search, vendor } = systemFolders;

/** Suffixes of the files that podman's generator makes services of, and what it adds to their names. */
const quadlets: Readonly<Record<string, string>> = {
  container: '',
  kube: '',
  volume: '-volume',
  network: '-network',
  pod: '-pod',
  image: '-image',
  build: '-build',
};

/** The file that podman's generator makes a service of at boot, when there is one. */
export function quadletOf(tree: Tree, unit: string): string | undefined {
  const stem = /^(.*)\.service$/.exec(templateOf(unit))?.[1];
  if (stem === undefined) return undefined;
  const names = Object.entries(quadlets).flatMap(([suffix, added]) => {
    const template = stem.replace(/@$/, '');
    if (!template.endsWith(added)) return [];
    const plain = template.slice(0, template.length - added.length);
    return [`${plain}${stem.endsWith('@') ? '@' : ''}.${suffix}`];
  });
  const folders = /^(?:etc|usr\/share|usr\/local\/share)\/containers\/systemd\//;
  return [...tree.keys()].find((path) => folders.test(path) && names.includes(nameOf(path)));
}

/** Why a unit that was to be enabled is not there, and what may have been meant. */
export function explainAbsent(tree: Tree, unit: string): string {
  const quadlet = quadletOf(tree, unit);
  if (quadlet !== undefined) {
    return `is made at boot from /${quadlet}, whose own [Install] section enables it: leave it out of units`;
  }
  const script = `etc/init.d/${unit.replace(/\.service$/, '')}`;
  if (unit.endsWith('.service') && tree.has(script)) {
    return `is the init script /${script}, which links in /etc/rc2.d start (update-rc.d(8)): leave it out of units`;
  }
  const file = templateOf(unit);
  if (userFolders.search.some((folder) => tree.has(`${folder}/${file}`))) {
    return 'is a unit of users’ managers: enable it by a file in /usr/lib/systemd/user-preset, or by systemctl --global in a script';
  }
  const known = [...tree.keys()].filter((path) => search.includes(parentOf(path))).map(nameOf);
  const meant = nearUnit(file, known);
  const quotes = meant?.includes('\\') ? ' (in single quotes)' : '';
  return `is in no package and not in the overlay${meant ? `; did you mean ${meant}${quotes}?` : ''}`;
}

/** The unit of the same type that was probably meant: the type, which all share, must not make short names look alike. */
function nearUnit(file: string, known: readonly string[]): string | undefined {
  const type = file.slice(file.lastIndexOf('.'));
  const stemOf = (name: string) => name.slice(0, -type.length).replaceAll('\\x2d', '-');
  const alike = known.filter((name) => name.endsWith(type) && parseUnitName(name));
  const names = new Map(alike.map((name) => [stemOf(name), name]));
  return names.get(suggest(stemOf(file), [...names.keys()]) ?? '');
}

/** What starts a unit that has no [Install] section, or how it can get one. */
export function explainStatic(tree: Tree, unit: string): string {
  const parsed = parseUnitName(unit)!;
  const lists = [...tree.keys()].filter((path) => /\.(?:wants|requires|upholds)$/.test(parentOf(path)));
  const by = lists.find((path) => nameOf(path) === unit && search.includes(parentOf(parentOf(path))));
  if (by !== undefined && !isMasked(tree, by)) {
    const list = nameOf(parentOf(by)).replace(/\.\w+$/, '');
    return `has no [Install] section and needs none: ${list} starts it. Leave it out of units`;
  }
  const starters = ['socket', 'timer', 'path'].map((type) => `${parsed.prefix}.${type}`);
  const starter = starters.find(
    (name) => name !== unit && search.some((folder) => tree.has(`${folder}/${name}`)),
  );
  if (starter !== undefined) return `has no [Install] section: ${starter} starts it, so enable that`;
  const dropIn = `/${vendor}/${templateOf(unit)}.d/install.conf`;
  return `has no [Install] section, so nothing starts it; add one by a drop-in ${dropIn} in the overlay`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
