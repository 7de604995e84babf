import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { isDeclarable } from '../accounts/check-accounts.ts';
import { splitWords } from './split-words.ts';

/** Where a line stands, as `/usr/lib/sysusers.d/app.conf:3`. */
interface Placed {
  place: string;
}

/** A number: given, the owner of a file, or any. */
export type RequestedNumber = { number: number } | { ofFile: string } | undefined;

/** A user that a line declares. `group`: the name or number of a first group other than its own. */
export interface DeclaredUser extends Placed {
  kind: 'user';
  name: string;
  requested: RequestedNumber;
  group: string | undefined;
  comment: string;
  home: string;
  shell: string;
  /** The account is expired from the start (`u!`). */
  isLocked: boolean;
}

/** What one line of sysusers.d(5) declares. */
export type Declaration =
  | DeclaredUser
  | (Placed & { kind: 'group'; name: string; requested: RequestedNumber })
  | (Placed & { kind: 'member'; name: string; group: string })
  | (Placed & { kind: 'range'; from: number; to: number });

/** Reads a file of sysusers.d(5). Throws `bad_input` with file and line for what systemd-sysusers would refuse. */
export function parseSysusers(text: string, file: string): Declaration[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:[#;]|$)/.test(line)) return [];
    const place = `${file}:${index + 1}`;
    const declared = parseLine(line, place);
    if (typeof declared !== 'string') return [declared];
    throw new InterlockError('bad_input', { what: place, problem: `“${line.trim()}” ${declared}` });
  });
}

/** What a line declares, or what is wrong with it. */
function parseLine(line: string, place: string): Declaration | string {
  const words = splitWords(line);
  if (!words) return 'has a quote that does not end';
  const unknown = words.flatMap((word) => /%(?![%TV])./.exec(word.replaceAll('%%', ''))?.[0] ?? [])[0];
  if (unknown) return `has the specifier ${unknown}, which an image does not know`;
  const [kind = '', ...rest] = words.map(expand);
  const [name, id, comment = '', home = '', shell = '', ...more] = rest.map((word) =>
    word === '-' ? '' : word,
  );
  if (more.length > 0) return 'has words after the last';
  if (/[:\n]/.test(comment + home + shell)) return 'has a colon in a field of passwd(5)';
  if (kind === 'r') return parseRange(id, place);
  if (!name || !isDeclarable(name)) return 'names no user or group that systemd takes';
  if (kind === 'u' || kind === 'u!') {
    const [own = '', group] = splitId(id ?? '');
    const requested = parseRequested(own);
    if (requested === 'wrong') return `has no number, path or “-” in ${own}`;
    const rest = { comment, home, shell, isLocked: kind === 'u!' };
    return { kind: 'user', name, requested, group: group || undefined, ...rest, place };
  }
  if (comment + home + shell !== '') return 'has words after the last';
  if (kind === 'm') {
    return id && isDeclarable(id) ? { kind: 'member', name, group: id, place } : 'names no group';
  }
  if (kind !== 'g') return `begins with ${kind}, not with u, u!, g, m or r`;
  const requested = parseRequested(id ?? '');
  return requested === 'wrong'
    ? `has no number, path or “-” in ${id}`
    : { kind: 'group', name, requested, place };
}

/** A path may hold colons. */
function splitId(id: string): string[] {
  return id.startsWith('/') ? [id] : id.split(/:(.*)/, 2);
}

function parseRequested(id: string): RequestedNumber | 'wrong' {
  if (id === '' || id === '-') return undefined;
  if (id.startsWith('/')) return { ofFile: id.slice(1) };
  const number = Number(id);
  return /^\d{1,10}$/.test(id) && number < 0xffff_ffff && number !== 0xffff ? { number } : 'wrong';
}

function parseRange(id: string | undefined, place: string): Declaration | string {
  const [, from, to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(id ?? '') ?? [];
  if (from === undefined || Number(to) < Number(from)) return 'is not a range';
  return { kind: 'range', from: Number(from), to: Number(to), place };
}

function expand(word: string): string {
  const specifiers: Record<string, string> = { '%%': '%', '%T': '/tmp', '%V': '/var/tmp' };
  return word.replace(/%./g, (specifier) => specifiers[specifier] ?? specifier);
}
