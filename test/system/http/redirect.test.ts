import { expect, test } from 'vitest';
import { redirectOf } from '../../../system/http/redirect.ts';

const answer = (location?: string, statusCode = 302) => ({ statusCode, headers: { location } });

test.each([
  ['http://a/x', '/y', 'http://a/y'],
  ['http://a/x', 'https://b/y', 'https://b/y'],
  ['http://a/x', '//b/y', 'http://b/y'],
  ['https://a/x', 'https://b/y', 'https://b/y'],
  ['https://a/x', 'https://user:secret@b/y', 'https://b/y'],
  ['https://user:secret@a/x', '/y', 'https://a/y'],
])('%s may send on to %s', (from, location, target) => {
  expect(redirectOf(answer(location), from, 1)).toBe(target);
});

test.each([
  ['https://a/x', 'http://a/x', 1, 'http://a/x, which is not as safe'],
  ['https://a/x', 'ftp://a/x', 1, 'not as safe'],
  ['http://a/x', 'file:///etc/shadow', 1, 'not as safe'],
  ['https://a/x', 'data:text/plain,x', 1, 'not as safe'],
  ['http://a/x', 'http://b/y', 0, 'redirects to http://b/y'],
  ['http://a/x', undefined, 1, 'nowhere'],
  ['http://a/x', 'http://', 1, 'http://'],
])('%s may not send on to %s with %i steps left', (from, location, left, words) => {
  const attempt = () => redirectOf(answer(location), from, left);
  expect(attempt).toThrow(expect.objectContaining({ code: 'answer_invalid' }));
  expect(attempt).toThrow(words);
});

test.each([200, 206, 404, 503])('%i is no redirect', (status) => {
  expect(redirectOf(answer('http://b/', status), 'http://a/', 1)).toBeNull();
});
