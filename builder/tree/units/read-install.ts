import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** One line `key=value` of a unit file, in the order of the file: later lines add to earlier ones. */
export interface Assignment {
  key: string;
  value: string;
}

/**
 * The assignments of a unit file's [Install] sections, read as systemd.syntax(7) says. Throws `bad_input` for a section
 * header that systemd refuses too.
 */
export function readInstall(text: string, file: string): Assignment[] {
  const found: Assignment[] = [];
  let section = '';
  for (const line of unitLines(text)) {
    if (line.startsWith('[')) {
      if (!line.endsWith(']')) {
        throw new InterlockError('bad_input', {
          what: `/${file}`,
          problem: `${line} is not a section header`,
        });
      }
      section = line.slice(1, -1);
    } else if (section === 'Install') {
      found.push(...readAssignment(line));
    }
  }
  return found;
}

/** Splits a value into words; `quotes` hold several together in all lists but that of `Also=`. */
export function splitWords(value: string, quotes = true): string[] {
  if (!quotes) return value.split(/\s+/).filter(Boolean);
  const words = value.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** The assignment in a line of `unitLines`; none in a section header and in what systemd ignores. */
export function readAssignment(line: string): Assignment[] {
  const [, key, value] = /^([^=]*?)\s*=\s*(.*)$/s.exec(line) ?? [];
  return key === undefined || value === undefined || line.startsWith('[') ? [] : [{ key, value }];
}

/** Lines of any unit file without comments and outer white space; a backslash at the end goes on in the next line. */
export function unitLines(text: string): string[] {
  const joined: string[] = [];
  let begun = '';
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const whole = begun + line;
    const slashes = /\\*$/.exec(line)![0].length;
    if (slashes % 2 === 1) {
      begun = `${whole.slice(0, -1)} `;
      continue;
    }
    begun = '';
    joined.push(whole.trim());
  }
  joined.push(begun.trim());
  return joined.filter(Boolean);
}
