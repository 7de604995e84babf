import { parentOf, putDirectory } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { keepTarget } from './keep-target.ts';

/** What is read before systemd-tmpfiles(8) has filled /usr/local on a host's first boot with a release. */
const early = [
  'binfmt.d',
  'modprobe.d',
  'modules-load.d',
  'sysctl.d',
  'systemd',
  'sysusers.d',
  'tmpfiles.d',
  'udev',
];
const local = 'usr/local/lib';
const isEarly = new RegExp(`^${local}/(?:${early.join('|')})(?:/|$)`);

/**
 * Moves units, rules and settings of systemd from /usr/local/lib to /usr/lib, over what is there, as systemd ranks them:
 * the first boot with a release would not find them.
 */
export function foldLocal(tree: Tree): void {
  for (const entry of [...tree.values()]) {
    const linkname = entry.linkname.replace(/^\/usr\/local\/lib\//, (found) =>
      isEarly.test(entry.linkname.slice(1)) ? '/usr/lib/' : found,
    );
    if (!isEarly.test(entry.path)) {
      if (linkname !== entry.linkname) tree.set(entry.path, { ...entry, linkname });
      continue;
    }
    const path = `usr/lib${entry.path.slice(local.length)}`;
    tree.delete(entry.path);
    putDirectory(tree, parentOf(path));
    if (tree.get(path)?.type === 'directory') continue;
    tree.set(path, { ...entry, path, linkname: keepTarget({ ...entry, linkname }, local) });
  }
}
