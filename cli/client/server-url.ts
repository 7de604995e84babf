import { isIP } from 'node:net';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/**
 * The base URL of a server as people write it: without a scheme it is https, or http on this machine alone.
 * `from` is where it was written, for the error. Throws `usage`.
 */
export function parseServerUrl(text: string, from: string): string {
  const given = text.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
  const scheme = isThisMachine(given) ? 'http' : 'https';
  const whole = hasScheme ? given : `${scheme}://${given}`;
  const refuse = (problem: string) =>
    new InterlockError('usage', {
      problem: `${from} is ${text || 'empty'}: ${problem}; write it as https://updates.example.org or http://127.0.0.1:8080`,
    });
  if (given === '' || /\s/.test(given) || !URL.canParse(whole)) throw refuse('it is no URL');
  const url = new URL(whole);
  if (!['http:', 'https:'].includes(url.protocol)) throw refuse(`${url.protocol}// is no scheme of a server`);
  if (url.username || url.password) throw refuse('a URL must not contain a user or password');
  if (url.search || url.hash) throw refuse('nothing may follow the path');
  return whole.replace(/\/+$/, '');
}

function isThisMachine(text: string): boolean {
  const [, v6, name] = /^(?:\[([^\]]*)\]|([^:/]*))/.exec(text) ?? [];
  if (v6 !== undefined) return v6 === '::1';
  return name === 'localhost' || (isIP(name ?? '') === 4 && (name ?? '').startsWith('127.'));
}
