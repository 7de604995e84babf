import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** What a failed read of a named file means: `not_found` when nothing is there, else `bad_input` with the system's own reason. */
export function readError(what: string, cause: unknown): InterlockError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new InterlockError('not_found', { what }, { cause });
  return new InterlockError('bad_input', { what, problem: message }, { cause });
}

/** For `.catch` of a read of what may be absent: gives `value` then. A file that is there and cannot be read stays an error. */
export function ifAbsent<T>(what: string, value: T): (cause: unknown) => T {
  return (cause) => {
    const error = readError(what, cause);
    if (error.code === 'not_found') return value;
    throw error;
  };
}
