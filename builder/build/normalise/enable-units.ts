import { InterlockError } from '../../../protocol/errors.ts';
import type { Definition } from '../../define/definition.ts';
import { placeOf } from '../../define/line-of.ts';
import { putSymlink } from '../tree/change.ts';
import { type Entry, readBody, type Tree } from '../tree/entry.ts';

const vendor = 'usr/lib/systemd/system';
const local = 'etc/systemd/system';

/**
 * Units whose output in /etc or /var would shadow what later versions bring, that maintain a package database, or
 * that would bless a boot or replace the boot loader by themselves.
 */
const masked = [
  'ldconfig.service',
  'systemd-hwdb-update.service',
  'systemd-journal-catalog-update.service',
  'systemd-update-done.service',
  'dpkg-db-backup.service',
  'dpkg-db-backup.timer',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'systemd-bless-boot.service',
  'systemd-boot-update.service',
  'systemd-repart.service',
  'systemd-growfs-root.service',
  'e2scrub_reap.service',
  'e2scrub_all.timer',
];

/** Enables the definition's units by links under /usr, so that a later version can enable others. */
export async function enableUnits(tree: Tree, definition: Definition): Promise<void> {
  moveLinks(tree);
  const done = new Set<string>();
  for (const unit of definition.units) {
    const found = findUnit(tree, unit);
    if (!found) throw invalid(definition, unit, 'is in no package and not in the overlay');
    const links = await enable(tree, unit, found, done);
    if (links === 0) throw invalid(definition, unit, 'has no [Install] section, so nothing starts it');
  }
}

/** Masks units by vendor links to /dev/null: the definition's, and of the usual ones those the image has. */
export function maskUnits(tree: Tree, definition: Definition): void {
  const present = masked.filter((unit) => tree.has(`${vendor}/${unit}`));
  for (const unit of [...present, ...definition.mask]) putSymlink(tree, `${vendor}/${unit}`, '/dev/null');
}

/** What packages enabled for /etc is enabled for /usr instead: files in /etc never change with an update. */
function moveLinks(tree: Tree): void {
  for (const { path, type, linkname } of [...tree.values()]) {
    if (type !== 'symlink' || !path.startsWith(`${local}/`)) continue;
    tree.delete(path);
    const moved = `${vendor}/${path.slice(local.length + 1)}`;
    if (!tree.has(moved)) putSymlink(tree, moved, linkname);
  }
  const folders = [...tree.values()].filter(({ path, type }) => {
    return type === 'directory' && path.startsWith(`${local}/`) && /\.(wants|requires)$/.test(path);
  });
  for (const { path } of folders) tree.delete(path);
}

/** Does what `systemctl enable` does for a unit and those it names in `Also=`; gives how many lists it found. */
async function enable(tree: Tree, unit: string, { path, body }: Entry, done: Set<string>): Promise<number> {
  done.add(unit);
  const file = path.slice(vendor.length + 1);
  const install = installSection((await readBody(body)).toString('utf8'));
  for (const target of install.get('WantedBy') ?? []) link(tree, `${target}.wants`, unit, file);
  for (const target of install.get('RequiredBy') ?? []) link(tree, `${target}.requires`, unit, file);
  for (const name of install.get('Alias') ?? []) putSymlink(tree, `${vendor}/${name}`, file);
  for (const other of install.get('Also') ?? []) {
    const found = findUnit(tree, other);
    if (found && !done.has(other)) await enable(tree, other, found, done);
  }
  return install.size;
}

function findUnit(tree: Tree, unit: string): Entry | undefined {
  const found = tree.get(`${vendor}/${unit.replace(/@[^.]+\./, '@.')}`);
  return found?.type === 'file' ? found : undefined;
}

function link(tree: Tree, folder: string, unit: string, file: string): void {
  putSymlink(tree, `${vendor}/${folder}/${unit}`, `../${file}`);
}

/** The lists of a unit file's [Install] section (systemd.unit(5)); an empty value resets its list. */
function installSection(text: string): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  let section = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    section = /^\[(\w+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section !== 'Install' || key === '') continue;
    lists.set(key, value === '' ? [] : [...(lists.get(key) ?? []), ...value.split(/\s+/)]);
  }
  return lists;
}

function invalid(definition: Definition, unit: string, problem: string): InterlockError {
  const place = placeOf(definition, ['units'], unit);
  return new InterlockError('definition_invalid', { ...place, problem: `unit ${unit} ${problem}` });
}
