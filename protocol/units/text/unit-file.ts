/** One `Key=Value` of a unit file. */
export interface UnitLine {
  /** Where it begins, from 1. */
  line: number;
  section: string;
  key: string;
  value: string;
}

/** What is wrong with a line, and what to write in its place. */
export interface UnitProblem {
  line: number;
  problem: string;
  instead: string;
}

/** Reads a unit file by systemd's rules (systemd.syntax(7)): comments, sections, lines that go on after a backslash. */
export function parseUnitFile(text: string): { lines: UnitLine[]; problems: UnitProblem[] } {
  const lines: UnitLine[] = [];
  const problems: UnitProblem[] = [];
  let section = '';
  for (const { line, text: whole } of joinLines(text)) {
    const header = /^\[([^\]]+)\]\s*$/.exec(whole);
    const [, key, value] = /^([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)$/.exec(whole) ?? [];
    if (header?.[1]) section = header[1];
    else if (key !== undefined && value !== undefined && section) lines.push({ line, section, key, value });
    else if (key !== undefined)
      problems.push(problemAt(line, 'stands before the first section', '[Service]'));
    else problems.push(problemAt(line, `is neither a section nor a setting: ${whole}`, 'Key=Value'));
  }
  return { lines, problems };
}

/** A problem with its line; most rules know only the texts. */
export function problemAt(line: number, problem: string, instead: string): UnitProblem {
  return { line, problem, instead };
}

/** Whole lines with the number of their first one; a comment between does not end what goes on. */
function joinLines(text: string): { line: number; text: string }[] {
  const joined: { line: number; text: string }[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const isComment = /^\s*[#;]/.test(raw);
    if (isComment || (!open && raw.trim() === '')) continue;
    const goesOn = raw.endsWith('\\');
    const part = (goesOn ? raw.slice(0, -1) : raw).trim();
    open = open ? { ...open, text: `${open.text} ${part}` } : { line: index + 1, text: part };
    if (goesOn) continue;
    joined.push({ ...open, text: open.text.trim() });
    open = undefined;
  }
  return open ? [...joined, { ...open, text: open.text.trim() }] : joined;
}
