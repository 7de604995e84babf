import { InterlockError } from '../../../protocol/errors.ts';
import { putFile, removeWhere } from '../tree/change.ts';
import type { Entry, Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';
import { walk } from '../tree/walk.ts';

/** What packages leave in /var while they are installed, and nothing reads at run time. */
const ofTheInstallation = [
  'var/lib/{apt,aspell,dictionaries-common,emacsen-common,initramfs-tools,initscripts,insserv,pam,python,ucf,vim}',
  'var/lib/{shells.state,sgml-base,systemd/catalog,update-rc.d,xml-core}',
  'var/lib/man-db',
  'var/roothome/{.bashrc,.profile}',
];

/**
 * Turns /var, which is the host's, into a tmpfiles.d(5) file that makes its folders and links at every boot. Named
 * last of all: what a package says itself about a path comes first. Throws `bad_input` for anything else in /var.
 */
export function emptyVar(tree: Tree): void {
  removeWhere(tree, matchPaths(ofTheInstallation));
  const lines = [...walk(tree)].filter(({ path }) => path.startsWith('var/')).map(toLine);
  removeWhere(tree, (path) => path.startsWith('var/'));
  putFile(tree, 'usr/lib/tmpfiles.d/zz-interlock-var.conf', lines.join(''));
}

function toLine({ path, type, mode, uid, gid, linkname }: Entry): string {
  const name = quote(`/${path}`);
  if (type === 'directory') return `d ${name} ${mode.toString(8).padStart(4, '0')} ${uid} ${gid} -\n`;
  if (type === 'symlink') return `L ${name} - - - - ${quote(linkname)}\n`;
  const problem = `a ${type} in /var would never change with an update: remove it, or move it under /usr`;
  throw new InterlockError('bad_input', { what: `/${path}`, problem });
}

/** A path as one word of tmpfiles.d: specifiers and white space are escaped. */
function quote(path: string): string {
  const escaped = (byte: string) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return path.replace(/[\s"'\\]/g, escaped).replaceAll('%', '%%');
}
