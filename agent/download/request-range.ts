import type { Request, Response } from 'got';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { openAnswer } from '../../system/http/ask.ts';
import type { HttpAgents } from '../../system/http/http-agents.ts';
import { retryAfterSeconds } from '../../system/http/retry-after.ts';

/** Limits of one request, in milliseconds; got itself has none. */
export interface Timeouts {
  connect: number;
  /** Until the answer's first byte. */
  response: number;
  /** Silence in the middle of the body. */
  idle: number;
}

/** Patient enough for a slow mirror, short enough that a dead one is left within a minute. */
export const defaultTimeouts: Timeouts = { connect: 10_000, response: 30_000, idle: 30_000 };

/** Fewer bytes than this in a whole `idle` time count as silence. */
const slowestWindow = 16 * 1024;

/** A stretch of a file of known size: bytes `from` up to, not including, `to`. */
export interface Range {
  from: number;
  to: number;
  size: number;
}

/** Everything one request depends on. */
export interface RangeRequest {
  url: string;
  range: Range;
  /** ETag of the part already held: the server answers with the rest only when it is still the same file. */
  ifRange: string | undefined;
  agents: HttpAgents;
  timeouts: Timeouts;
  signal: AbortSignal;
  onEtag(etag: string | undefined): void;
}

/** A mirror may send on to where the bytes lie, a few times. */
const follow = 5;

/**
 * One request for a range. Yields exactly its bytes, or fewer when the connection is cut (`unreachable`).
 * Throws `answer_invalid` for another range or status and `answer_too_long` when the server does not stop.
 */
export async function* requestRange(request: RangeRequest): AsyncGenerator<Buffer> {
  const { url, range, ifRange, agents, timeouts, signal } = request;
  signal.throwIfAborted();
  const { connect, response: first, idle } = timeouts;
  let stream: Request | undefined;
  try {
    const answer = await openAnswer(url, {
      agent: agents,
      signal,
      follow,
      timeout: { lookup: connect, connect, secureConnect: connect, response: first, socket: idle },
      headers: {
        range: `bytes=${range.from}-${range.to - 1}`,
        ...(ifRange && { 'if-range': ifRange }),
      },
    });
    stream = answer.stream;
    request.onEtag(etagOf(answer.response, url, range));
    yield* bodyOf(stream, request);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof InterlockError ? error : unreachable(url, error);
  } finally {
    stream?.destroy();
  }
}

/** Checks that the head of an answer is what was asked for; returns its strong ETag. */
function etagOf({ statusCode: status, headers }: Response, url: string, range: Range): string | undefined {
  const whole = range.from === 0 && range.to === range.size;
  const found =
    status === 206 ? headers['content-range'] : `length ${headers['content-length'] ?? 'unknown'}`;
  const expected =
    status === 206 ? `bytes ${range.from}-${range.to - 1}/${range.size}` : `length ${range.size}`;
  const wish = retryAfterSeconds(headers);
  if (status !== 206 && !(status === 200 && whole)) throw invalid(url, status, `wanted ${expected}`, wish);
  if (found !== expected) throw invalid(url, status, `${found ?? 'no range'}, wanted ${expected}`);
  return headers.etag?.startsWith('W/') ? undefined : headers.etag;
}

async function* bodyOf(stream: Request, { url, range, timeouts }: RangeRequest): AsyncGenerator<Buffer> {
  let left = range.to - range.from;
  const slow = watchRate(timeouts.idle);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (chunk.length > left)
      throw new InterlockError('answer_too_long', { url, limit: range.to - range.from });
    if (slow.received(chunk.length)) throw unreachable(url, new Error('it sends too slowly'));
    left -= chunk.length;
    yield chunk;
    slow.waiting();
  }
  if (left > 0) throw unreachable(url, new Error(`the connection ended ${left} bytes early`));
}

/** Notices a server that keeps the line open with a trickle; time spent by the reader does not count. */
function watchRate(windowMs: number) {
  let bytes = 0;
  let waited = 0;
  let since = performance.now();
  return {
    received(length: number): boolean {
      bytes += length;
      waited += performance.now() - since;
      if (waited < windowMs) return false;
      const tooFew = bytes < slowestWindow;
      bytes = 0;
      waited = 0;
      return tooFew;
    },
    waiting() {
      since = performance.now();
    },
  };
}

function invalid(
  url: string,
  status: number,
  problem: string,
  retryAfter: number | null = null,
): InterlockError {
  const wish = retryAfter === null ? {} : { retryAfter };
  return new InterlockError('answer_invalid', { url, status, problem, ...wish });
}

function unreachable(url: string, cause: unknown): InterlockError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new InterlockError('unreachable', { url, problem }, { cause });
}
