import got, { RequestError } from 'got';
import type { Static, TSchema } from 'typebox';
import { speaksExtensible, speaksHeader } from '../../protocol/check-in.ts';
import { InterlockError } from '../../protocol/errors.ts';
import { parseJson } from '../../protocol/schema.ts';
import { createHttpAgents } from '../../system/http-agents.ts';

const timeout = { lookup: 5000, connect: 5000, secureConnect: 5000, response: 15_000, request: 30_000 };

export interface PostContext {
  server: string;
  /** PEM text of the server's authority. */
  ca?: string | undefined;
  credential?: string | undefined;
  signal: AbortSignal;
}

/** Posts JSON to the update server. Throws `unreachable`, `unauthorized` or `answer_invalid`. */
export async function post<T extends TSchema>(
  { server, ca, credential, signal }: PostContext,
  path: string,
  body: unknown,
  answer: T | null,
): Promise<Static<T> | null> {
  const url = `${server}${path}`;
  const response = await got
    .post(url, {
      json: body,
      headers: {
        [speaksHeader]: speaksExtensible,
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
      },
      timeout,
      signal,
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      agent: createHttpAgents(ca),
    })
    .catch((cause: unknown) => {
      const problem = cause instanceof RequestError ? (cause.code ?? cause.message) : String(cause);
      throw new InterlockError('unreachable', { url, problem }, { cause });
    });
  const { statusCode: status, body: text } = response;
  if (status === 401) throw new InterlockError('unauthorized');
  if (status < 200 || status > 299) {
    throw new InterlockError('answer_invalid', { url, status, problem: wordsOf(text) });
  }
  if (!answer) return null;
  try {
    return parseJson(answer, text, `the answer of ${url}`);
  } catch (cause) {
    throw new InterlockError('answer_invalid', { url, status, problem: (cause as Error).message }, { cause });
  }
}

function wordsOf(text: string): string {
  try {
    const { kind, value } = JSON.parse(text) as { kind?: string; value?: string };
    return `${kind}: ${value}`.slice(0, 300);
  } catch {
    return text.slice(0, 100);
  }
}
