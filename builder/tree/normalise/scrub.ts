import { putDirectory, putFile, removeWhere, withParents } from '../entries/change.ts';
import { bodyOf, readBody, type Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { removeIdentities } from '../identity/remove-identities.ts';
import { undateKeystore } from './undate-keystore.ts';

/** What belongs to one machine, to one moment, or to the way the tree was made. */
const unwanted = [
  // filled by the kernel, by systemd or by nobody
  '{dev,proc,sys,run,tmp,var/tmp}/*',
  // the kernel goes into the boot file
  'boot/*',
  '{vmlinuz,initrd.img}{,.old}',
  // a machine's own
  'etc/{fstab,resolv.conf,.pwd.lock}',
  'etc/{passwd,shadow,group,gshadow,subuid,subgid}-',
  'var/lib/dbus/machine-id',
  'var/lib/systemd/catalog/*',
  // traces of the installation
  'etc/apt/{sources.list,apt.conf.d/99mmdebstrap}',
  'etc/dpkg/dpkg.cfg.d/99mmdebstrap',
  'var/lib/apt/*',
  'var/lib/systemd/deb-systemd-{helper,user-helper}-*',
  '**/__pycache__',
];

/** Java's list of authorities, which ca-certificates-java makes. */
const keystore = 'etc/ssl/certs/java/cacerts';

/** Folders whose files are of no use to another machine. The folders in them stay, for services count on them. */
const emptied = matchPaths(['var/{log,cache,backups}/*']);

/** Folders that exist to be mounted over or written to. */
const folders = ['boot', 'dev', 'efi', 'etc/interlock', 'proc', 'run', 'sys', 'var'];
const openFolders = ['tmp', 'var/tmp'];

/**
 * Takes out of a tree everything that two installations of the same packages do not share; what overlays put there is
 * `overlaid`.
 */
export async function scrub(tree: Tree, overlaid: ReadonlySet<string> = new Set()): Promise<void> {
  await removeIdentities(tree, overlaid);
  const isUnwanted = matchPaths(unwanted);
  const kept = withParents(overlaid);
  removeWhere(tree, (path) => !kept.has(path) && isUnwanted(path));
  removeWhere(tree, (path) => tree.get(path)?.type === 'file' && !overlaid.has(path) && emptied(path));
  const store = tree.get(keystore);
  if (store?.type === 'file' && !overlaid.has(keystore)) {
    tree.set(keystore, { ...store, body: bodyOf(undateKeystore(await readBody(store.body))) });
  }
  for (const folder of folders) putDirectory(tree, folder);
  for (const folder of openFolders) {
    putDirectory(tree, folder);
    tree.set(folder, { ...tree.get(folder)!, mode: 0o1777 });
  }
  if (!overlaid.has('etc/machine-id')) putFile(tree, 'etc/machine-id', '', 0o444);
  await forgetPasswordDays(tree);
}

/**
 * Empties the third field of shadow(5), the day of the last change, for it is the day of the build. It stays where it
 * says something: 0 asks for a new password at the first login, and the age of a password counts from it.
 */
async function forgetPasswordDays(tree: Tree): Promise<void> {
  const shadow = tree.get('etc/shadow');
  if (shadow?.type !== 'file') return;
  const lines = (await readBody(shadow.body)).toString('latin1').split('\n').map(forgetDay);
  tree.set('etc/shadow', { ...shadow, body: bodyOf(Buffer.from(lines.join('\n'), 'latin1')) });
}

/** An age beyond two hundred years is Debian's way of writing none. */
const noAge = 99_999;

function forgetDay(line: string): string {
  const fields = line.split(':');
  const [, , day = '', , age = ''] = fields;
  const counts = age !== '' && Number(age) < noAge;
  return Number(day) === 0 || counts ? line : fields.with(2, '').join(':');
}
