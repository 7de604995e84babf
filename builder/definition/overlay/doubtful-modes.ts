import { access, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shownName } from '../paths/names.ts';
import { listOverlay, type OverlayEntry } from './list-overlay.ts';
import { permsFile, readPerms, rightsByPerms } from './read-perms.ts';

/** Where files usually lie that only their owner may read (one character per byte). */
const secret =
  /^(etc\/(wireguard|NetworkManager\/system-connections|ssl\/private|ipsec\.d\/private)\/.|etc\/g?shadow$|etc\/ssh\/ssh_host_[^/]*_key$|(root|home\/[^/]+)\/\.ssh\/id_[^/.]+$|.*\.key$)/;

/** A checkout under another umask differs in every file. */
const mostLines = 8;

/**
 * Lists the modes of an overlay that will differ in another checkout, for git keeps whether a file is executable and
 * nothing else, and which files everybody may read though their kind is secret. What `overlay.perms` says is not in doubt.
 */
export async function doubtfulModes(overlay: string): Promise<string[]> {
  const entries = await listOverlay(overlay);
  const rulesFor = rightsByPerms(await readPerms(overlay, entries));
  const open = entries.filter(
    (entry) => entry.type !== 'symlink' && !rulesFor(entry).some(({ mode }) => mode !== undefined),
  );
  const perms = permsFile(overlay);
  const lost = (await isInGit(overlay)) ? open.filter(isLost) : [];
  // a folder of a shared work tree passes its group on by such a bit
  const special = open.filter(({ type, mode }) => type === 'file' && mode & 0o7000);
  const readable = open.filter(
    ({ path, type, mode }) => type === 'file' && mode & 0o044 && secret.test(path),
  );
  return [
    ...lost.slice(0, mostLines).map((entry) => {
      const modes = `is ${octal(entry.mode)} here, and git makes it ${octal(gitMode(entry))} in another checkout`;
      return `${nameOf(entry)} ${modes}: give its mode in ${perms}`;
    }),
    ...(lost.length > mostLines
      ? [`${overlay}: ${lost.length - mostLines} more modes that git does not keep`]
      : []),
    ...readable.map(
      (entry) =>
        `${nameOf(entry)} can be read by every user: if it is secret, give it mode "0600" in ${perms}`,
    ),
    ...special.map((entry) => {
      return `${nameOf(entry)} is setuid, setgid or sticky on the disk and not in the image: give its mode in ${perms}`;
    }),
  ];
}

function isLost(entry: OverlayEntry): boolean {
  return (entry.mode & 0o755) !== gitMode(entry);
}

function gitMode({ type, mode }: OverlayEntry): number {
  return type === 'directory' || mode & 0o100 ? 0o755 : 0o644;
}

function nameOf({ file, type }: OverlayEntry): string {
  return `${shownName(file)}${type === 'directory' ? '/' : ''}`;
}

function octal(mode: number): string {
  return (mode & 0o755).toString(8).padStart(4, '0');
}

/** Whether a folder is in a work tree of git. */
async function isInGit(folder: string): Promise<boolean> {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    const found = await access(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (found || at === dirname(at)) return found;
  }
}
