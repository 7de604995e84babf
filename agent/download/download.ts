import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { paths } from '../../protocol/api/publish.ts';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { createHttpAgents, type HttpAgents } from '../../system/http/http-agents.ts';
import type { Extent } from '../slots/slot.ts';
import { backoffMs } from './backoff.ts';
import { limitRate } from './limit-rate.ts';
import { type BlobSource, readFileRange } from './read-file-range.ts';
import { defaultTimeouts, requestRange, type Timeouts } from './request-range.ts';
import { createSourcePool, type Pace, type SourcePool } from './source-pool.ts';

/** A file that servers show by its hash and release folders by its name. */
interface RemoteBlob {
  sha256: string;
  size: number;
  file: string;
}

/** Where bytes may come from, and how long a bad source is put up with. */
export interface DownloadOptions {
  /** The preferred one first: base URLs of servers and mirrors, a release folder (`file:`, ending in `/`), or an offline bundle. */
  sources: readonly (string | BlobSource)[];
  timeouts?: Timeouts;
  agents?: HttpAgents;
  /** Failures in a row, with less than 64 KiB in between, after which the last one is thrown. */
  patience?: number;
  waitMs?: (failures: number) => number;
  /** Bytes per second over all sources; null or nothing for as fast as they come. */
  maxRate?: number | null;
  /** When a source that delivers is left for being slow. */
  pace?: Pace;
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
  /** The source of the last bytes sent wrong ones: the others are asked first from now on. */
  distrust(): void;
}

const progressBytes = 64 * 1024;
/** A source that asks to be left alone for longer than this is not waited for: the next run comes in its time. */
const longestWaitMs = 60_000;

/** Makes the one thing that fetches bytes for this run of the agent. */
export function createDownload(options: DownloadOptions): Download {
  const { sources, timeouts = defaultTimeouts, agents = createHttpAgents(), waitMs = backoffMs } = options;
  const patience = options.patience ?? sources.length + 4;
  if (sources.length === 0) throw new InterlockError('usage', { problem: 'no source to download from' });
  const pool = createSourcePool(sources.length, options.pace, options.maxRate);
  let last = 0;
  const onSource = (index: number) => {
    last = index;
  };
  const settled = { sources, timeouts, agents, patience, waitMs, pool, onSource };
  const pace = options.maxRate ? limitRate(options.maxRate) : null;
  return {
    read(blob, from, to, signal, start = 0) {
      const chunks = download(settled, blob, { from, to, start }, signal);
      return pace ? pace(chunks, signal) : chunks;
    },
    distrust: () => pool.distrust(last),
  };
}

type Settled = Required<Pick<DownloadOptions, 'sources' | 'timeouts' | 'agents' | 'patience' | 'waitMs'>> & {
  pool: SourcePool;
  onSource(index: number): void;
};

/** Yields a stretch of a blob in order; what one source breaks off the next one continues, at the byte it was at. */
export async function* download(
  settled: Settled,
  blob: RemoteBlob,
  { from, to, start }: { from: number; to: number; start: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { patience, waitMs, pool, onSource } = settled;
  let offset = from;
  let turn = start;
  let etag: { source: number; text: string | undefined } | undefined;
  for (let failures = 0; offset < to; ) {
    const began = offset;
    const source = pool.pick(turn);
    const ifRange = etag?.source === source ? etag.text : undefined;
    const onEtag = (text: string | undefined) => {
      etag = { source, text };
    };
    let asked = performance.now();
    try {
      for await (const chunk of attempt(settled, source, blob, { offset, to, ifRange, onEtag, signal })) {
        onSource(source);
        const isTooSlow = pool.isTooSlow(source, chunk.length, performance.now() - asked, blob.size);
        offset += chunk.length;
        if (offset - began >= progressBytes) failures = 0;
        yield chunk;
        asked = performance.now();
        if (isTooSlow && offset < to) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      const failure = asInterlockError(error);
      if (failures >= patience || failure.code === 'internal') throw failure;
      if (failure.code !== 'unreachable' || failures > 1) {
        turn = source + 1;
        pool.fail(source);
      }
      const { retryAfter } = failure.details;
      if (typeof retryAfter === 'number') pool.rest(source, retryAfter * 1000);
      const rest = pool.restLeft();
      if (rest > longestWaitMs) throw failure;
      await sleep(Math.max(rest, waitMs(failures)), undefined, { signal });
    }
  }
}

interface Attempt {
  offset: number;
  to: number;
  ifRange: string | undefined;
  onEtag(text: string | undefined): void;
  signal: AbortSignal;
}

function attempt(
  { sources, agents, timeouts }: Settled,
  index: number,
  blob: RemoteBlob,
  { offset, to, ...more }: Attempt,
): AsyncGenerator<Buffer> {
  const source = sources[index]!;
  const range = { from: offset, to, size: blob.size };
  if (typeof source !== 'string') return source.readBlob(blob.sha256, range);
  if (source.startsWith('file:')) return readFileRange(fileOf(source, blob), range);
  return requestRange({ url: blobUrl(source, blob), range, agents, timeouts, ...more });
}

function fileOf(folder: string, { file, size }: RemoteBlob): Extent {
  return { path: fileURLToPath(new URL(file, folder)), offset: 0, size };
}

function blobUrl(base: string, { sha256 }: RemoteBlob): string {
  return `${base.replace(/\/+$/, '')}${paths.blobs}/${sha256}`;
}
