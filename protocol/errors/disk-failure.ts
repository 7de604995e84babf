import type { Failure } from './operands.ts';

/** What a failure of a disk, or of a database on it, is called, with its operands. */
export type DiskFailure = Failure<'disk_full' | 'disk_failed' | 'permission_denied' | 'server_unready'>;

const full = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'];
const failed =
  /^(EIO|EROFS|ENODEV|ENXIO|EUCLEAN|EREMOTEIO|EBADMSG|EFBIG|SQLITE_(IOERR|READONLY|CANTOPEN)\w*)$/;
const denied = ['EACCES', 'EPERM'];
const damaged = /^SQLITE_(CORRUPT|NOTADB)\w*$/;
const locked = /^SQLITE_(BUSY|LOCKED)\w*$/;

/** The message about a database whose content cannot be trusted any more. */
export function damageOf(problem: string): DiskFailure {
  const advice = 'stop the server and restore a backup (interlock restore)';
  return { code: 'server_unready', details: { problem: `the database is damaged (${problem}): ${advice}` } };
}

/**
 * Knows a disk that is full or sick, a database on it, and a file that this user may not touch by the error the system gave:
 * none of them is a defect of ours.
 */
export function diskFailureOf(error: unknown): DiskFailure | undefined {
  const { code, path, message } = (error ?? {}) as { code?: unknown; path?: unknown; message?: string };
  if (typeof code !== 'string') return undefined;
  const isDatabase = code.startsWith('SQLITE_');
  const where = typeof path === 'string' ? path : isDatabase ? 'the database' : 'the disk';
  if (full.includes(code)) return { code: 'disk_full', details: { where } };
  const problem = isDatabase ? `${message} (${code})` : (message ?? code);
  if (denied.includes(code) && typeof path === 'string')
    return { code: 'permission_denied', details: { where, problem } };
  if (failed.test(code)) return { code: 'disk_failed', details: { where, problem } };
  if (damaged.test(code)) return damageOf(problem);
  if (locked.test(code)) {
    const busy = 'another program keeps the database locked';
    return { code: 'server_unready', details: { problem: busy } };
  }
  return undefined;
}
