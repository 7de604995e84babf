import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/**
 * Where an answer sends us on, if it does, and `left` such steps may still be made: never from https to anything less, and
 * with nothing in the address that would be sent as a credential. Throws `answer_invalid` that names the target.
 */
export function redirectOf(
  {
    statusCode: status,
    headers,
  }: { statusCode: number; headers: Partial<Record<'location', string | undefined>> },
  url: string,
  left: number,
): string | null {
  if (status < 300 || status > 399) return null;
  const { location } = headers;
  const refuse = (why: string) => {
    const target = location && URL.canParse(location, url) ? new URL(location, url).href : location;
    const problem = `it redirects to ${(target || 'nowhere').slice(0, 300)}${why}`;
    return new InterlockError('answer_invalid', { url, status, problem });
  };
  if (!location || !URL.canParse(location, url) || left <= 0) throw refuse('');
  const next = new URL(location, url);
  const isSafe = next.protocol === 'https:' || (next.protocol === 'http:' && url.startsWith('http:'));
  if (!isSafe) throw refuse(', which is not as safe');
  next.username = '';
  next.password = '';
  return next.href;
}
