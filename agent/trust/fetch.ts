import { BaseFetcher } from 'tuf-js';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { ask } from '../../system/http/ask.ts';
import { checkJson, wordsOf } from '../../system/http/check-json.ts';
import { createHttpAgents } from '../../system/http/http-agents.ts';
import { isMissingFile, missingFile } from './tuf-js.ts';

const timeout = {
  lookup: 10_000,
  connect: 10_000,
  secureConnect: 10_000,
  response: 30_000,
  socket: 30_000,
  request: 300_000,
};
const maxLength = 8 * 1024 * 1024;
const pages = /html/;

/** What gets metadata, and remembers of it what the TUF library forgets. */
export type MetadataFetcher = BaseFetcher & Pick<Fetcher, 'failure' | 'last'>;

/** Gets metadata and targets for the TUF library: time limits, byte caps, and the proxy that the environment names. */
export class Fetcher extends BaseFetcher {
  /** What went wrong last, since the library keeps only the text of an error. */
  failure: InterlockError | undefined;
  /** The last address asked and the status it answered with. */
  last = { url: '', status: 0 };
  readonly #authority: string | undefined;

  constructor(authority?: string) {
    super();
    this.#authority = authority;
  }

  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const bytes = await this.downloadBytes(url, maxLength);
    return new Blob([new Uint8Array(bytes)]).stream();
  }

  /** Throws what the library expects for a missing file (403 and 404), and our errors for the rest. */
  override async downloadBytes(url: string, limit: number): Promise<Buffer> {
    this.last = { url, status: 0 };
    try {
      return await this.#download(url, limit);
    } catch (error) {
      if (isMissingFile(error)) throw error;
      this.failure = asInterlockError(error);
      throw this.failure;
    }
  }

  async #download(url: string, limit: number): Promise<Buffer> {
    const agent = createHttpAgents(this.#authority);
    const answer = await ask(url, { timeout, agent, limit });
    const { status, body, retryAfter } = answer;
    this.last = { url, status };
    if (status === 403 || status === 404) throw missingFile(status);
    // whatever stands in between has pages to show; nobody should look for a forgery in them
    if (status === 200 && pages.test(answer.type)) checkJson(answer);
    if (status === 200) return body;
    const wish = retryAfter === null ? {} : { retryAfter };
    throw new InterlockError('answer_invalid', {
      url,
      status,
      problem: wordsOf(answer) || 'no metadata',
      ...wish,
    });
  }
}
