import { InterlockError } from '../../../protocol/errors.ts';

/**
 * A predicate for paths (without leading slash) that one of the globs names, or that lie below such a path:
 * `*` and `?` stay inside a name, `**` crosses folders, `[ab]` and `{a,b}` choose.
 */
export function matchPaths(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${globs.map(checked).join('|')})(?:/|$)`, 's');
  return (path) => pattern.test(path);
}

function checked(glob: string): string {
  const pattern = toPattern(glob);
  try {
    new RegExp(pattern);
    return pattern;
  } catch (cause) {
    throw new InterlockError('bad_input', { what: glob, problem: 'is no glob' }, { cause });
  }
}

const tokens = /\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\{[^}]+\}|[^*?[{]+|./g;

function toPattern(glob: string): string {
  const pieces = glob.replace(/^\/+|\/+$/g, '').match(tokens) ?? [];
  return pieces.map(translate).join('');
}

function translate(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (/^\[.+\]$/s.test(token)) return token.replaceAll('\\', '\\\\');
  if (/^\{.+\}$/s.test(token)) return `(?:${token.slice(1, -1).split(',').map(toPattern).join('|')})`;
  return RegExp.escape(token);
}
