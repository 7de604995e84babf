/**
 * Orders two version strings: negative when `a` is older.
 * Source: UAPI.10 Version Format Specification (`~` sorts before everything, also before the end;
 * then end, `-`, `^`, `.`; runs of digits by value, letters in ASCII order, upper case first).
 */
export function compareVersions(a: string, b: string): number {
  let i = 0;
  let j = 0;
  const at = (text: string, index: number) => text[index] ?? '';
  while (true) {
    while (i < a.length && !isValid(at(a, i))) i++;
    while (j < b.length && !isValid(at(b, j))) j++;
    for (const mark of ['~', '', '-', '^', '.']) {
      const left = at(a, i) === mark;
      const right = at(b, j) === mark;
      if (left !== right) return left ? -1 : 1;
      if (left && right) {
        if (mark === '') return 0;
        i++;
        j++;
        break;
      }
    }
    const order = isDigit(at(a, i)) || isDigit(at(b, j)) ? compareRuns(/^\d*/) : compareRuns(/^[A-Za-z]*/);
    if (order !== 0) return order;
  }

  function compareRuns(run: RegExp): number {
    const left = run.exec(a.slice(i))![0];
    const right = run.exec(b.slice(j))![0];
    i += left.length;
    j += right.length;
    if (run.source.includes('d')) return compareNumbers(left, right);
    return left < right ? -1 : left > right ? 1 : 0;
  }
}

/** True when `a` is strictly newer than `b`. */
export function isNewer(a: string, b: string): boolean {
  return compareVersions(a, b) > 0;
}

function compareNumbers(left: string, right: string): number {
  const l = left.replace(/^0+/, '');
  const r = right.replace(/^0+/, '');
  if (l.length !== r.length) return l.length - r.length;
  if (l !== r) return l < r ? -1 : 1;
  return left === '' || right === '' ? left.length - right.length : 0;
}

function isValid(char: string): boolean {
  return /[0-9A-Za-z~^.-]/.test(char);
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}
