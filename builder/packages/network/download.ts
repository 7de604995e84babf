import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import got, { type OptionsInit } from 'got';
import { diskFailureOf } from '../../../protocol/errors/disk-failure.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { nameDisk } from '../../../system/files/name-disk.ts';
import { redact } from './redact.ts';

const attempts = 3;
const timeout = { lookup: 10_000, connect: 10_000, response: 30_000, socket: 30_000 };

/**
 * Fetches a file of known size (bytes) and SHA-256 from the first address that gives it; whole or not at all. Throws
 * `not_found` when every address says that it is not there, `mirror_failed` otherwise.
 */
export async function download(
  urls: readonly string[],
  file: string,
  expected: { size: number; sha256: string },
  onBytes: (count: number) => void = () => {},
  optionsFor: OptionsFor = () => ({}),
): Promise<void> {
  const problems: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await pause(200 * 2 ** attempt);
    const answers = await tryEach(urls, file, expected, onBytes, optionsFor);
    if (!answers) return;
    problems.splice(0, problems.length, ...answers.map(({ problem }) => problem));
    if (answers.every(({ gone }) => gone)) throw new InterlockError('not_found', { what: urls[0] ?? file });
    if (answers.every(({ final }) => final)) break;
  }
  throw new InterlockError('mirror_failed', { what: urls[0] ?? file, problem: problems.join('; ') });
}

/** How a URL is asked for: through which proxy, with which login. */
export type OptionsFor = (url: string) => OptionsInit;

interface Failure {
  problem: string;
  /** Asking again would get the same answer. */
  final: boolean;
  /** It is not there (404, 410). */
  gone: boolean;
}

async function tryEach(
  urls: readonly string[],
  file: string,
  expected: { size: number; sha256: string },
  onBytes: (count: number) => void,
  optionsFor: OptionsFor,
): Promise<Failure[] | undefined> {
  const failures: Failure[] = [];
  for (const url of urls) {
    const failure = await tryOne(url, file, expected, onBytes, optionsFor(url));
    if (!failure) return undefined;
    failures.push(failure);
  }
  return failures;
}

async function tryOne(
  url: string,
  file: string,
  expected: { size: number; sha256: string },
  onBytes: (count: number) => void,
  options: OptionsInit,
): Promise<Failure | undefined> {
  const hash = createHash('sha256');
  let length = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > expected.size) throw new Error(`more than ${expected.size} bytes`);
      hash.update(chunk);
      onBytes(chunk.length);
      yield chunk;
    }
  };
  try {
    const body = got.stream(url, { ...options, timeout, retry: { limit: 0 }, decompress: false });
    await pipeline(body, count, createWriteStream(file, { flush: true }));
    if (hash.digest('hex') !== expected.sha256) throw new Error('other bytes than the lock says');
    return undefined;
  } catch (error) {
    onBytes(-length);
    await rm(file, { force: true });
    if (diskFailureOf(error)) nameDisk(file)(error);
    const { message, response } = error as Error & { response?: { statusCode: number } };
    const status = response?.statusCode ?? 0;
    const final = status >= 400 && status < 500 && status !== 429;
    return { problem: redact(message), final, gone: status === 404 || status === 410 };
  }
}
