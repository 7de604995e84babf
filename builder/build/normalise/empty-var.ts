import { createdPaths } from '../tmpfiles/created-paths.ts';
import { formatLine } from '../tmpfiles/format-line.ts';
import { putFile, removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
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
 * Turns /var, which is the host's, into a tmpfiles.d(5) file that makes its folders and links where a host lacks them.
 * What a packaged line makes is left to it. Throws `bad_input` for anything else in /var.
 */
export async function emptyVar(tree: Tree): Promise<void> {
  removeWhere(tree, matchPaths(ofTheInstallation));
  const created = await createdPaths(tree);
  const entries = [...walk(tree)].filter(({ path }) => path.startsWith('var/') && !created.has(path));
  const lines = entries.map(formatLine).join('');
  removeWhere(tree, (path) => path.startsWith('var/'));
  putFile(tree, 'usr/lib/tmpfiles.d/zz-interlock-var.conf', Buffer.from(lines, 'latin1'));
}
