import type { IncomingHttpHeaders } from 'node:http';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The outcome of a request: only `unsent` and `refusal` prove that it changed nothing. */
export type Posted =
  | { kind: 'answer'; json: Record<string, unknown> }
  /** No byte of it was received. */
  | { kind: 'unsent'; error: InterlockError }
  /** etcd said no. */
  | { kind: 'refusal'; error: InterlockError }
  /** No answer, or none that tells: it may have been applied, or will be. */
  | { kind: 'doubt'; error: InterlockError };

/** The gateway's words for a call that was cancelled, maybe after it was applied, or was one too many. */
const doubtful = [408, 429, 499];

/**
 * Says what an answer proves. Only a 4xx in etcd's own words is a refusal: what a proxy, a page or a cancelled call
 * says does not tell whether the request went through before.
 */
export function judgeAnswer(url: string, status: number, headers: IncomingHttpHeaders, body: Buffer): Posted {
  const doubt = (problem: string): Posted => ({
    kind: 'doubt',
    error: new InterlockError('answer_invalid', { url, status, problem }),
  });
  const { 'content-encoding': encoding = 'identity', location } = headers;
  if (encoding !== 'identity') return doubt(`is encoded as ${encoding}, which was not asked for`);
  if (status >= 300 && status < 400) return doubt(`sends to ${location ?? 'nowhere'}`);
  const text = body.toString('utf8');
  const json = objectOf(text);
  if (status === 200) return json ? { kind: 'answer', json } : doubt('is not a JSON object');
  const words = (typeof json?.message === 'string' ? json.message : text.trim()).slice(0, 200);
  if (/database space exceeded/.test(words)) {
    // etcd says this also of the very write that used up the last space: it may have been applied
    return { kind: 'doubt', error: new InterlockError('etcd_no_space', { url }) };
  }
  const isPlain = !/html/.test(headers['content-type'] ?? '');
  const isRefusal = status >= 400 && status < 500 && !doubtful.includes(status);
  if (isRefusal && (json?.code !== undefined || (status === 400 && isPlain))) {
    return { kind: 'refusal', error: new InterlockError('answer_invalid', { url, status, problem: words }) };
  }
  return doubt(words || 'says nothing');
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return json !== null && typeof json === 'object' && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    // the caller judges what is not JSON
    return undefined;
  }
}
