import { diskFailureOf } from '../../protocol/errors/disk-failure.ts';
import { errorOf, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { MetadataFetcher } from './fetch.ts';
import { failureOf, systemErrorIn } from './tuf-js.ts';

/** Gives what a refresh threw our code; what happened on the network is taken from the fetcher, which keeps it. */
export function refusalOf(error: unknown, fetcher: MetadataFetcher): InterlockError {
  if (error instanceof InterlockError) return error;
  const options = { cause: error };
  const disk = diskFailureOf(error) ?? diskFailureOf(systemErrorIn(error));
  if (disk) return errorOf(disk, options);
  if (fetcher.failure) return fetcher.failure;
  const { url, status } = fetcher.last;
  if (status === 403 || status === 404) {
    return new InterlockError(
      'answer_invalid',
      { url, status, problem: 'signed metadata is missing' },
      options,
    );
  }
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'expired':
      return new InterlockError('metadata_expired', { role: failure.role }, options);
    case 'rollback': {
      const { role, found, seen } = failure;
      return new InterlockError('metadata_rollback', { role, found, seen }, options);
    }
    case 'other':
      return new InterlockError('metadata_invalid', { role: roleOf(url), problem: failure.problem }, options);
  }
}

/** The role whose file was asked for last: `…/12.releases.json` → `releases`. */
function roleOf(url: string): string {
  return /\/(?:\d+\.)?([a-z][a-z0-9.-]*)\.json$/.exec(url)?.[1] ?? 'root';
}
