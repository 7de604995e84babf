import { setTimeout as sleep } from 'node:timers/promises';
import { asInterlockError, InterlockError } from '../../protocol/errors.ts';
import { paths } from '../../protocol/publish.ts';
import { createHttpAgents, type HttpAgents } from '../../system/http-agents.ts';
import { backoffMs } from './backoff.ts';
import { limitRate } from './limit-rate.ts';
import { readFileRange } from './read-file-range.ts';
import { defaultTimeouts, requestRange, type Timeouts } from './request-range.ts';

/** A file that servers show by its hash and release folders by its name. */
interface RemoteBlob {
  sha256: string;
  size: number;
  file: string;
}

/** Where bytes may come from, and how long a bad source is put up with. */
export interface DownloadOptions {
  /** Base URLs, the preferred one first: servers and mirrors (`https:`), or a release folder (`file:`, ending in `/`). */
  sources: readonly string[];
  timeouts?: Timeouts;
  agents?: HttpAgents;
  /** Failures in a row, with less than 64 KiB in between, after which the last one is thrown. */
  patience?: number;
  waitMs?: (failures: number) => number;
  /** Bytes per second over all sources; null or nothing for as fast as they come. */
  maxRate?: number | null;
}

/** Reads stretches of blobs; memory is bounded by the sockets' buffers. */
export interface Download {
  /**
   * Yields bytes `from` up to `to` of a blob, across cuts, stalls and dead sources.
   * `start` is the index of the source asked first: a second opinion comes from the next one.
   */
  read(
    blob: RemoteBlob,
    from: number,
    to: number,
    signal: AbortSignal,
    start?: number,
  ): AsyncGenerator<Buffer>;
}

const progressBytes = 64 * 1024;

/** Makes the one thing that fetches bytes for this run of the agent. */
export function createDownload(options: DownloadOptions): Download {
  const { sources, timeouts = defaultTimeouts, agents = createHttpAgents(), waitMs = backoffMs } = options;
  const patience = options.patience ?? sources.length + 4;
  if (sources.length === 0) throw new InterlockError('usage', { problem: 'no source to download from' });
  const settled = { sources, timeouts, agents, patience, waitMs };
  const pace = options.maxRate ? limitRate(options.maxRate) : null;
  return {
    read(blob, from, to, signal, start = 0) {
      const chunks = download(settled, blob, { from, to, start }, signal);
      return pace ? pace(chunks, signal) : chunks;
    },
  };
}

/** Yields a stretch of a blob in order; what one source breaks off the next one continues, at the byte it was at. */
export async function* download(
  { sources, timeouts, agents, patience, waitMs }: Required<Omit<DownloadOptions, 'maxRate'>>,
  blob: RemoteBlob,
  { from, to, start }: { from: number; to: number; start: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let at = from;
  let turn = start;
  let etag: string | undefined;
  for (let failures = 0; at < to; ) {
    const began = at;
    const url = blobUrl(sources[turn % sources.length]!, blob);
    try {
      const attempt = url.startsWith('file:')
        ? readFileRange(url, { from: at, to, size: blob.size })
        : requestRange({
            url,
            range: { from: at, to, size: blob.size },
            ifRange: etag,
            agents,
            timeouts,
            signal,
            onEtag: (found) => {
              etag = found;
            },
          });
      for await (const chunk of attempt) {
        at += chunk.length;
        if (at - began >= progressBytes) failures = 0;
        yield chunk;
      }
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      const failure = asInterlockError(error);
      if (failures >= patience || failure.code === 'internal') throw failure;
      if (failure.code !== 'unreachable' || failures > 1) {
        turn++;
        etag = undefined;
      }
      await sleep(waitMs(failures), undefined, { signal });
    }
  }
}

function blobUrl(base: string, blob: RemoteBlob): string {
  if (base.startsWith('file:')) return new URL(blob.file, base).href;
  return `${base.replace(/\/+$/, '')}${paths.blobs}/${blob.sha256}`;
}
