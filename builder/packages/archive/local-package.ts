import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { digestFile } from '../../build-host/digest.ts';
import type { LockedPackage } from '../lock/packages-lock.ts';

/** Whether a locked package is in a folder beside the definition, and not at a URL. */
export function isLocal({ repository }: LockedPackage): boolean {
  return repository !== undefined && !repository.includes('://');
}

/**
 * Refuses a package of a folder whose file is there and is another than the lock's: what is built must be what lies there.
 * `dir` is the definition's folder. Throws `bad_input`.
 */
export async function checkLocal(packages: readonly LockedPackage[], dir: string): Promise<void> {
  for (const locked of packages.filter(isLocal)) {
    const file = fileOf(locked, dir);
    // a missing file may still be in the cache; fetchPackages reports it otherwise
    const found = await digestFile(file).catch(() => undefined);
    if (!found || found.sha256 === locked.sha256) continue;
    const problem = `has SHA-256 ${found.sha256}, packages.lock says ${locked.sha256} of ${locked.name} ${locked.version}; build with --update-lock`;
    throw new InterlockError('bad_input', { what: file, problem });
  }
}

/** Copies a package of a folder. Throws `not_found`, or `bad_input` when it has just become another. */
export async function takeLocal(locked: LockedPackage, dir: string, to: string): Promise<void> {
  const file = fileOf(locked, dir);
  await copyFile(file, to).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new InterlockError('not_found', { what: file }, { cause });
  });
  if ((await digestFile(to)).sha256 === locked.sha256) return;
  throw new InterlockError('bad_input', { what: file, problem: 'changes while it is read' });
}

function fileOf({ repository = '', path }: LockedPackage, dir: string): string {
  return join(dir, repository, path);
}
