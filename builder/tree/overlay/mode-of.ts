import type { OverlayEntry } from '../../definition/overlay/list-overlay.ts';
import type { Entry } from '../entries/entry.ts';

/** Owner and mode of a path of the tree. */
export type Rights = Pick<Entry, 'mode' | 'uid' | 'gid'>;

/** What an overlay can give by the modes of its own files: no writing but the owner's, no setuid, setgid or sticky bit. */
const givable = 0o755;

/**
 * What a file of an overlay gets: root's and its mode on the disk, or the owner of the file it replaces and no right to
 * read or write that that one denied.
 */
export function rightsOfFile({ mode }: Pick<OverlayEntry, 'mode'>, replaced: Entry | undefined): Rights {
  const own = mode & givable;
  if (replaced?.type !== 'file') return { mode: own, uid: 0, gid: 0 };
  const access = own & replaced.mode & 0o666;
  // a script may replace a file that was none; but who may not even read it does not run it
  const runnable = own & (replaced.mode | ((access & 0o444) >> 2)) & 0o111;
  return { mode: access | runnable, uid: replaced.uid, gid: replaced.gid };
}

/** What a folder gets that the tree does not have yet. */
export function rightsOfFolder({ mode }: Pick<OverlayEntry, 'mode'>): Rights {
  return { mode: mode & givable, uid: 0, gid: 0 };
}

/** What a project's own file or folder gets, of which git keeps whether it is executable and nothing else. */
export function shippedRights({ type, mode }: Pick<OverlayEntry, 'type' | 'mode'>): Rights {
  return { mode: type === 'directory' || mode & 0o100 ? 0o755 : 0o644, uid: 0, gid: 0 };
}
