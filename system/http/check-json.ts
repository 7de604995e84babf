import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Answer } from './ask.ts';

/** Throws `answer_invalid` for what is not called JSON: a page in between, or nothing. */
export function checkJson({ url, status, type, body }: Answer): void {
  if (body.length > 0 && /^application\/([a-z0-9.-]+\+)?json$/.test(type)) return;
  const found = body.length === 0 ? 'nothing' : `${type || 'no type'}: ${firstWords(body)}`;
  throw new InterlockError('answer_invalid', { url, status, problem: `it is not valid JSON, but ${found}` });
}

/** What a failure says in its own words, shortened: the server's, or whatever stands in front of it. */
export function wordsOf({ body }: Answer): string {
  try {
    const { kind, value } = JSON.parse(body.toString('utf8')) as { kind?: string; value?: string };
    if (kind && value) return `${kind}: ${value}`.slice(0, 300);
  } catch {
    // not the server's
  }
  return firstWords(body);
}

function firstWords(body: Buffer): string {
  return body.toString('utf8').replaceAll(/\s+/g, ' ').trim().slice(0, 100);
}
