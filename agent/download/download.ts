import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asInterlockError, InterlockError } from '../../protocol/errors.ts';
import { paths } from '../../protocol/publish.ts';
import { createHttpAgents, type HttpAgents } from '../../system/http-agents.ts';
import type { Extent } from '../slots/slot.ts';
import { backoffMs } from './backoff.ts';
import { limitRate } from './limit-rate.ts';
import { type BlobSource, readFileRange } from './read-file-range.ts';
import { defaultTimeouts, requestRange, type Timeouts } from './request-range.ts';

/** A file that servers show by its hash and release folders by its name. */
interface RemoteBlob {
  sha256: string;
  size: number;
  file: string;
}

/** Where bytes may come from, and how long a bad source is put up with. */
export interface DownloadOptions {
  /** The preferred one first: base URLs of servers and mirrors, a release folder (`file:`, ending in `/`), or a medium. */
  sources: readonly (string | BlobSource)[];
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
    const source = sources[turn % sources.length]!;
    const range = { from: at, to, size: blob.size };
    const onEtag = (found: string | undefined) => {
      etag = found;
    };
    try {
      const attempt =
        typeof source !== 'string'
          ? source.readBlob(blob.sha256, range)
          : source.startsWith('file:')
            ? readFileRange(fileOf(source, blob), range)
            : requestRange({
                url: blobUrl(source, blob),
                range,
                ifRange: etag,
                agents,
                timeouts,
                signal,
                onEtag,
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

function fileOf(folder: string, { file, size }: RemoteBlob): Extent {
  return { path: fileURLToPath(new URL(file, folder)), offset: 0, size };
}

function blobUrl(base: string, { sha256 }: RemoteBlob): string {
  return `${base.replace(/\/+$/, '')}${paths.blobs}/${sha256}`;
}
