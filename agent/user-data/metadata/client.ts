import { randomInt } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../../protocol/errors/interlock-error.ts';
import { type Answer, ask } from '../../../system/http/ask.ts';
import { createHttpAgents, type HttpAgents } from '../../../system/http/http-agents.ts';
import { refuse } from '../reading/fields.ts';
import { parseJson } from '../reading/parse-json.ts';

/** How a metadata service is asked. */
export interface Ask {
  headers?: Record<string, string>;
  method?: 'GET' | 'PUT' | 'POST';
  body?: string;
  /** Bytes that the answer may have. */
  limit?: number;
  /** Asks from a port that only root may take: some services answer to those alone. */
  isPrivileged?: boolean;
}

/** Asks a metadata service until it answers or the deadline ends the search. */
export interface MetadataClient {
  /** The answer's body; null when it says that there is none (404). Throws what is wrong with another answer. */
  get(url: string, ask?: Ask): Promise<Buffer | null>;
  text(url: string, ask?: Ask): Promise<string | undefined>;
  json(url: string, ask?: Ask): Promise<unknown>;
  /** The first of some base addresses that answers at `path`, whatever it says. Throws when none does in time. */
  reach(bases: readonly string[], path: string, ask?: Ask): Promise<string>;
}

/** More than any cloud takes. */
const usualLimit = 4 * 1024 * 1024;
/** One request; a service that needs longer is asked again. */
const requestMs = 10_000;
const pausesMs = [250, 500, 1000, 2000, 4000];
/** So often a service that is not well is asked; one that cannot be reached is asked until the deadline. */
const mostTries = 6;

/** Opens a client without a proxy: metadata lies on the link, and is nobody else's business. */
export function openMetadataClient(signal: AbortSignal): MetadataClient {
  const agents = createHttpAgents(undefined, {});
  signal.addEventListener('abort', () => {
    agents.http.destroy();
    agents.https.destroy();
  });

  async function get(url: string, options: Ask = {}): Promise<Buffer | null> {
    for (let tries = 0; ; tries++) {
      const outcome = await attempt(url, options, agents, signal);
      if (!(outcome instanceof Error)) {
        const judged = judge(outcome);
        if (judged !== 'again') return judged;
        if (tries >= mostTries - 1) throw refuse(url, `keeps answering with ${outcome.status}`);
      } else if (!hasCode(outcome, 'unreachable')) throw outcome;
      await pause(tries, signal);
    }
  }

  const text = async (url: string, options?: Ask) => {
    const body = await get(url, options);
    return body === null ? undefined : plainText(body, url);
  };
  return {
    get,
    text,
    async json(url, options) {
      const body = await get(url, options);
      return body === null ? undefined : parseJson(body, url);
    },
    async reach(bases, path, options = {}) {
      for (let tries = 0; ; tries++) {
        const answers = bases.map(async (base) => {
          const outcome = await attempt(base + path, options, agents, signal);
          if (outcome instanceof Error) throw outcome;
          return base;
        });
        try {
          return await Promise.any(answers);
        } catch (error) {
          const errors = (error as AggregateError).errors as Error[];
          const other = errors.find((each) => !hasCode(each, 'unreachable'));
          if (other) throw other;
        }
        await pause(tries, signal);
      }
    },
  };
}

async function attempt(
  url: string,
  { headers = {}, method = 'GET', body, limit = usualLimit, isPrivileged = false }: Ask,
  agents: HttpAgents,
  signal: AbortSignal,
): Promise<Answer | Error> {
  try {
    return await ask(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      limit,
      agent: isPrivileged ? { http: new Agent({ localPort: privilegedPort() }) } : agents,
      timeout: { request: requestMs, connect: requestMs / 4 },
      signal,
    });
  } catch (error) {
    return error as Error;
  }
}

/** One that is taken counts as a service that cannot be reached: the next try has another. */
function privilegedPort(): number {
  return randomInt(600, 1024);
}

function judge(answer: Answer): Buffer | null | 'again' {
  const { url, status, body } = answer;
  if (status === 404) return null;
  if (status === 429 || status >= 500) return 'again';
  if (status < 200 || status > 299) throw refuse(url, `answers with ${status}`);
  if (isPage(answer)) throw refuse(url, 'answers with a page for people: something stands in between');
  return body;
}

/** What a portal or a proxy shows; no metadata begins like this. */
function isPage({ type, body }: Answer): boolean {
  return (
    type === 'text/html' && /^\s*<(!doctype|html|head|body|\?xml)/i.test(body.toString('latin1', 0, 200))
  );
}

function plainText(body: Buffer, url: string): string {
  const text = body.toString('utf8').trim();
  if (text.length > 64 * 1024 || text.includes('\0') || text.includes('\ufffd'))
    throw refuse(url, 'is not a text');
  return text;
}

async function pause(tries: number, signal: AbortSignal): Promise<void> {
  await sleep(pausesMs[Math.min(tries, pausesMs.length - 1)], undefined, { signal });
}
