import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { shownName } from '../../definition/paths/names.ts';
import type { Entry } from '../entries/entry.ts';
import { writtenPath } from './homes.ts';

/**
 * The line of tmpfiles.d(5) that makes an entry of the tree on a host that lacks it, as a binary string. What is there
 * already keeps its mode and owner, which is what `:` says. Throws `bad_input` for what no line can make.
 */
export function formatLine(entry: Entry): string {
  const { path, type, major, minor } = entry;
  if (type === 'directory') return owned('d', entry, '-');
  if (type === 'fifo') return owned('p', entry, '-');
  if (type === 'character-device') return owned('c', entry, `${major}:${minor}`);
  if (type === 'block-device') return owned('b', entry, `${major}:${minor}`);
  throw refused(path, `tmpfiles.d(5) cannot make a ${type}`);
}

/** The line that makes a link where a host has nothing. */
export function formatLink(path: string, target: string): string {
  return `L ${word(path)} - - - - ${argument(target)}\n`;
}

/** A path as a list has it that programs of a host read line by line. Throws `bad_input` for one with a line break. */
export function formatPath(path: string): string {
  if (/[\0\n\r]/.test(path)) throw refused(path, 'a path with a line break cannot be listed');
  return `/${path}`;
}

/** The line that copies a file or a whole folder from /usr/share/factory where a host has nothing. */
export function formatSeed(path: string): string {
  return `C ${word(path)} - - - - -\n`;
}

function owned(letter: string, { path, mode, uid, gid }: Entry, last: string): string {
  return `${letter} ${word(path)} :${mode.toString(8).padStart(4, '0')} :${uid} :${gid} - ${last}\n`;
}

/** The second field. Between quotes only `"` and `\` are special, in systemd 252 as in 257; bytes stay as they are. */
function word(path: string): string {
  if (/[\0\n\r]/.test(path)) throw refused(path, 'tmpfiles.d(5) has no way to name a path with a line break');
  const name = `/${path}`.replaceAll('%', '%%');
  return /^[\w/.@:+,=~%-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** The last field goes to the end of the line and knows C escapes; a dash alone stands for nothing given. */
function argument(text: string): string {
  const escaped = (byte: string) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return text.replace(/^-$|[\0- \\\x7f]/g, escaped).replaceAll('%', '%%');
}

function refused(path: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: shownName(writtenPath(path)), problem });
}
