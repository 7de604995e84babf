import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Endpoint } from './endpoint.ts';
import type { Roster } from './roster.ts';

/** What is asked, how long the first one asked is waited for alone, and what is wrong with an answer, if anything. */
export interface Question<T> {
  path: string;
  body: object;
  patienceMs: number;
  /** Throws when this answer is not to be believed. */
  accept(json: Record<string, unknown>, endpoint: Endpoint): T;
}

/**
 * Asks one endpoint after the other what changes nothing: the first alone for a moment, then all at once; the first
 * good answer counts. Throws what tells most when nobody has one.
 */
export async function askAny<T>(
  endpoints: readonly Endpoint[],
  question: Question<T>,
  roster: Roster,
): Promise<T> {
  const [first, ...others] = roster.order(endpoints);
  if (!first) throw new InterlockError('unreachable', { url: 'etcd', problem: 'no endpoint is configured' });
  const over = new AbortController();
  const { signal } = over;
  const attempt = (endpoint: Endpoint) => askOne(endpoint, question, roster, signal);
  const alone = attempt(first);
  const until = alone.then(
    () => new Promise<void>(() => {}),
    () => {},
  );
  const patience = sleep(question.patienceMs, undefined, { signal }).then(
    () => roster.failed(first.url, `no answer in ${Math.round(question.patienceMs)} ms`),
    () => {},
  );
  const moved = others.map((other) => Promise.race([until, patience]).then(() => attempt(other)));
  try {
    return await Promise.any([alone, ...moved]);
  } catch (error) {
    throw sumUp((error as AggregateError).errors);
  } finally {
    over.abort();
  }
}

/** Asks one endpoint, and remembers how it did unless nobody waits any more. */
export async function askOne<T>(
  endpoint: Endpoint,
  { path, body, accept }: Pick<Question<T>, 'path' | 'body' | 'accept'>,
  roster: Roster,
  signal?: AbortSignal,
): Promise<T> {
  try {
    signal?.throwIfAborted();
    const posted = await endpoint.ask(path, body, signal);
    if (posted.kind !== 'answer') throw posted.error;
    const accepted = accept(posted.json, endpoint);
    roster.answered(endpoint.url);
    return accepted;
  } catch (error) {
    if (!signal?.aborted) roster.failed(endpoint.url, (error as Error).message);
    throw error;
  }
}

/** One error for all endpoints: a refusal or a wrong answer tells more than silence. */
export function sumUp(errors: readonly unknown[]): InterlockError {
  const known = errors.filter((error) => error instanceof InterlockError);
  const telling = known.find(({ code }) => code !== 'unreachable');
  if (telling || known.length === 1) return telling ?? known[0]!;
  const problem = known.map(({ message }) => message).join('; ');
  return new InterlockError('unreachable', { url: 'etcd', problem }, { cause: errors[0] });
}
