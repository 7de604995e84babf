import got, { type OptionsInit, type Request, type Response } from 'got';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { redirectOf } from './redirect.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { describeUnreachable } from './why-unreachable.ts';

/** A response: trust it only after a check of its status and content type. */
export interface Answer {
  url: string;
  status: number;
  /** Media type without parameters, in lower case. */
  type: string;
  body: Buffer;
  /** Seconds the other side asks to be left alone, where it says so. */
  retryAfter: number | null;
}

/** `limit`: bytes that an answer may have. */
export type Question = OptionsInit & { limit: number };

/** An answer that says that something failed is only read for its words. */
const wordsLimit = 64 * 1024;

/**
 * Asks once and reads the answer whole, so that nothing between us and the server can make us wait, grow or believe:
 * never packed, never longer than `limit`, never by way of somewhere else. Throws `unreachable`, `answer_invalid` for a
 * redirect or a packed body, and `answer_too_long`; any other status is the caller's to judge.
 */
export async function ask(url: string, { limit, ...options }: Question): Promise<Answer> {
  const { stream, response } = await openAnswer(url, options);
  const status = response.statusCode;
  const isGood = status >= 200 && status < 300;
  try {
    const body = await collect(stream, url, isGood ? limit : Math.min(limit, wordsLimit), isGood);
    const type = (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    return { url, status, type, body, retryAfter: retryAfterSeconds(response.headers) };
  } catch (error) {
    throw unreachable(url, error);
  } finally {
    stream.destroy();
  }
}

/**
 * The head of an answer, checked, and its body still on the way: for what is too large to be held. The caller destroys it.
 * `follow`: how many redirects are gone along with, for bytes that their hash proves wherever they come from.
 */
export async function openAnswer(
  url: string,
  { follow = 0, ...options }: OptionsInit & { follow?: number },
): Promise<{ stream: Request; response: Response }> {
  const stream = got.stream(url, {
    ...options,
    headers: { ...options.headers, 'accept-encoding': 'identity' },
    followRedirect: false,
    decompress: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  const { method = 'GET', body, json } = options;
  // such a request waits for what is written into it
  if (method !== 'GET' && body === undefined && json === undefined) stream.end();
  // once the head is there, whoever reads the body hears of its errors
  stream.on('error', () => {});
  try {
    const response = await new Promise<Response>((resolve, reject) => {
      stream.once('response', resolve);
      stream.once('error', reject);
    });
    const next = redirectOf(response, url, follow);
    if (!next) return { stream, response: unpacked(response, url) };
    stream.destroy();
    return await openAnswer(next, { ...options, follow: follow - 1 });
  } catch (error) {
    stream.destroy();
    throw unreachable(url, error);
  }
}

function unpacked(response: Response, url: string): Response {
  const { statusCode: status, headers } = response;
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return response;
  throw new InterlockError('answer_invalid', {
    url,
    status,
    problem: `the answer is encoded as ${encoding}`,
  });
}

async function collect(
  stream: AsyncIterable<Buffer>,
  url: string,
  limit: number,
  isWhole: boolean,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    chunks.push(chunk);
    if (length <= limit) continue;
    if (isWhole) throw new InterlockError('answer_too_long', { url, limit });
    break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function unreachable(url: string, cause: unknown): InterlockError {
  if (cause instanceof InterlockError) return cause;
  return new InterlockError('unreachable', { url, problem: describeUnreachable(cause) }, { cause });
}
