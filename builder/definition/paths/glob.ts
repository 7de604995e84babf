/**
 * The pattern, for a regular expression with the flags `u` and `s`, of the paths that a glob names: `*` and `?` stay
 * inside a name, `**` crosses folders, `[ab]`, `[!ab]` and `{a,b}` choose. Paths are those of `readableName`. Throws
 * `SyntaxError` for what is not a valid glob.
 */
export function globPattern(glob: string): string {
  const [pattern, rest] = alternatives(glob.replace(/^\/+|\/+$/g, ''), false);
  if (rest !== '') throw new SyntaxError(`unexpected ${rest[0]}`);
  new RegExp(pattern, 'us');
  return pattern;
}

const tokens = /^(?:\*\*\/|\*\*|\*|\?|\[!?\]?[^\]]*\]|[^*?[{},]+|.)/s;

/** Translates up to the end, or within braces up to the closing one; gives what is left. */
function alternatives(glob: string, within: boolean): [pattern: string, rest: string] {
  let rest = glob;
  let pattern = '';
  while (rest !== '') {
    const token = tokens.exec(rest)![0];
    rest = rest.slice(token.length);
    if (token === '{') {
      const [inner, after] = alternatives(rest, true);
      if (!after.startsWith('}')) throw new SyntaxError('a { without its }');
      pattern += `(?:${inner})`;
      rest = after.slice(1);
    } else if (within && token === '}') return [pattern, token + rest];
    else pattern += within && token === ',' ? '|' : translate(token);
  }
  return [pattern, rest];
}

function translate(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token === '[') throw new SyntaxError('a [ without its ]');
  return token.startsWith('[') ? set(token.slice(1, -1)) : RegExp.escape(token);
}

/** A choice of characters; one that excludes some does not cross folders either. */
function set(inner: string): string {
  const excludes = /^[!^]/.test(inner);
  const characters = (excludes ? inner.slice(1) : inner).replace(/[\\\]^[]/g, '\\$&');
  return excludes ? `[^/${characters}]` : `[${characters}]`;
}
