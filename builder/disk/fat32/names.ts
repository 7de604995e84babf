import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const shortPattern = /^[A-Z0-9!#$%&'()\-@^_`{}~]{1,8}(\.[A-Z0-9!#$%&'()\-@^_`{}~]{1,3})?$/;
const foreign = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: FAT forbids exactly these.
const forbidden = /[\x00-\x1f"*/:<>?\\|\x7f-\uffff]/;
const maxNameLength = 255;

/** Gives each long name of one directory its 8.3 name: itself when it is one, else `BASE~N.EXT`, unique. */
export function shortNames(names: readonly string[]): Map<string, string> {
  for (const name of names) checkName(name);
  const folded = new Set(names.map((name) => name.toUpperCase()));
  if (folded.size !== names.length) throw refused(names.join(', '), 'two of these differ only in case');
  const taken = new Set(names.filter((name) => shortPattern.test(name)));
  const short = new Map<string, string>();
  for (const name of names) {
    const chosen = shortPattern.test(name) ? name : inventName(name, taken);
    taken.add(chosen);
    short.set(name, chosen);
  }
  return short;
}

/** The 11 bytes of an 8.3 name in a directory entry. */
export function packShortName(short: string): Buffer {
  const [base = '', extension = ''] = short.startsWith('.') ? [short] : short.split('.');
  return Buffer.from(base.padEnd(8) + extension.padEnd(3), 'latin1');
}

/** Directory entries of the long name, in stored order (last part first); none when the short name says it all. */
export function longNameEntries(name: string, short: string): Buffer[] {
  if (name === short) return [];
  const sum = shortChecksum(packShortName(short));
  const count = Math.ceil(name.length / 13);
  return Array.from({ length: count }, (_, index) => {
    const sequence = count - index;
    return longNameEntry(name, sequence, sequence === count, sum);
  });
}

function longNameEntry(name: string, sequence: number, isLast: boolean, sum: number): Buffer {
  const units = Buffer.alloc(26, 0xff);
  const part = name.slice((sequence - 1) * 13, sequence * 13);
  units.write(part.length < 13 ? `${part}\0` : part, 'utf16le');
  const entry = Buffer.alloc(32);
  entry.writeUInt8(sequence | (isLast ? 0x40 : 0), 0);
  entry.writeUInt8(0x0f, 11);
  entry.writeUInt8(sum, 13);
  units.copy(entry, 1, 0, 10);
  units.copy(entry, 14, 10, 22);
  units.copy(entry, 28, 22, 26);
  return entry;
}

function inventName(name: string, taken: ReadonlySet<string>): string {
  const upper = name.toUpperCase().replaceAll(' ', '').replace(/^\.+/, '');
  const dot = upper.lastIndexOf('.');
  const base = clean(dot < 0 ? upper : upper.slice(0, dot));
  const extension = dot < 0 ? '' : clean(upper.slice(dot + 1)).slice(0, 3);
  for (let number = 1; ; number++) {
    const stem = `${base.slice(0, 7 - `${number}`.length)}~${number}`;
    const short = extension ? `${stem}.${extension}` : stem;
    if (!taken.has(short)) return short;
  }
}

function clean(text: string): string {
  return text.replaceAll('.', '').replace(foreign, '_');
}

function shortChecksum(name: Buffer): number {
  return name.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}

function checkName(name: string): void {
  if (name === '' || forbidden.test(name) || /[. ]$/.test(name))
    throw refused(name, 'FAT cannot hold this name');
  if (name.length > maxNameLength) throw refused(name, `is ${name.length} characters long`);
}

function refused(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}
