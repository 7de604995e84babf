import type { Static, TSchema } from 'typebox';
import { speaksExtensible, speaksHeader } from '../../protocol/api/speaks.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Answer, ask } from '../../system/http/ask.ts';
import { checkJson, wordsOf } from '../../system/http/check-json.ts';
import { createHttpAgents } from '../../system/http/http-agents.ts';
import { readJson } from '../../system/http/read-json.ts';
import type { RetryAfter } from './retry-after.ts';

const timeout = { lookup: 5000, connect: 5000, secureConnect: 5000, response: 15_000, request: 30_000 };

/** Bytes of the longest answer that a host takes from the server: theirs have a few hundred. */
const limit = 64 * 1024;

/** What every request to the server is sent with. */
export interface PostContext {
  server: string;
  /** PEM text of the server's authority. */
  ca?: string | undefined;
  credential?: string | undefined;
  /** Remembers what `Retry-After` asked for. */
  retryAfter?: RetryAfter;
  signal: AbortSignal;
}

/**
 * Posts JSON to the update server and takes only its own answer for one. Throws `unreachable`, `unauthorized`,
 * `answer_invalid` or `answer_too_long`; what the server asks for by `Retry-After` is among the details.
 */
export async function post<T extends TSchema>(
  { server, ca, credential, retryAfter, signal }: PostContext,
  path: string,
  body: unknown,
  schema: T,
): Promise<Static<T>> {
  await retryAfter?.check();
  const answer = await ask(`${server}${path}`, {
    method: 'POST',
    json: body,
    headers: {
      [speaksHeader]: speaksExtensible,
      ...(credential ? { authorization: `Bearer ${credential}` } : {}),
    },
    timeout,
    signal,
    agent: createHttpAgents(ca),
    limit,
  });
  if (answer.status < 200 || answer.status > 299) {
    const refusal = refusalOf(answer);
    await retryAfter?.note(refusal);
    throw refusal;
  }
  return readJson(answer, schema);
}

function refusalOf(answer: Answer): InterlockError {
  const { url, status, retryAfter } = answer;
  if (status === 401) {
    checkJson(answer);
    return new InterlockError('unauthorized');
  }
  const wish = retryAfter === null ? {} : { retryAfter };
  return new InterlockError('answer_invalid', { url, status, problem: wordsOf(answer), ...wish });
}
