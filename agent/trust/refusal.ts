import { diskFailureOf } from '../../protocol/errors/disk-failure.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { MetadataFetcher } from './fetch.ts';

/**
 * Gives what the TUF library threw our code. The library wraps errors into text, so what happened on the network is
 * taken from the fetcher, and the rest is told apart by the library's wording (pinned by a test per attack).
 */
export function refusalOf(error: unknown, fetcher: MetadataFetcher): InterlockError {
  if (error instanceof InterlockError) return error;
  const disk = diskFailureOf(error) ?? diskFailureOf(inText(error));
  if (disk) return new InterlockError(disk.code, disk.details, { cause: error });
  if (fetcher.failure) return fetcher.failure;
  const { url, status } = fetcher.last;
  if (status === 403 || status === 404) {
    return new InterlockError(
      'answer_invalid',
      { url, status, problem: 'signed metadata is missing' },
      { cause: error },
    );
  }
  const text = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  const expired = /(\S+)\.json is expired/.exec(text);
  if (expired) return new InterlockError('metadata_expired', { role: expired[1] ?? '' }, options);
  const older = /New (\w+ )?version (\d+)(?: of (\S+)\.json)? is less than current version (\d+)/.exec(text);
  if (older) {
    const [, top, found = '', delegated, seen = ''] = older;
    return new InterlockError(
      'metadata_rollback',
      { role: delegated ?? top?.trim() ?? '', found, seen },
      options,
    );
  }
  const problem = text.replace(/^Unable to load \w+(?: metadata)? error (?:\w*Error: )?/, '');
  return new InterlockError('metadata_invalid', { role: roleOf(url), problem }, options);
}

/** What the library tells of a file that it could not write: the system's words, wrapped into its own. */
function inText(error: unknown): { code: string; message: string } | undefined {
  const found = /\b(E[A-Z]+): [^\n]*/.exec(error instanceof Error ? error.message : '');
  return found ? { code: found[1]!, message: found[0] } : undefined;
}

/** The role whose file was asked for last: `…/12.releases.json` → `releases`. */
function roleOf(url: string): string {
  return /\/(?:\d+\.)?([a-z][a-z0-9.-]*)\.json$/.exec(url)?.[1] ?? 'root';
}
