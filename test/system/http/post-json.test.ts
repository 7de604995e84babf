import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postJson } from '../../../system/http/post-json.ts';

interface EtcdHeader {
  status: number;
  type: string;
  body: string | Buffer;
  headers: Record<string, string>;
}
const etcds = { type: 'application/json', body: '{"message":"words","code":3}', headers: {} };
let said: EtcdHeader;
const server = createServer((_, response) => {
  response.writeHead(said.status, { 'content-type': said.type, ...said.headers });
  response.end(said.body);
});
let url: string;
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/kv/txn`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function posted(answer: Partial<EtcdHeader>, target = url) {
  said = { status: 200, ...etcds, ...answer };
  const post = postJson({ timeoutMs: 2000 });
  try {
    return await post(target, {}, {});
  } finally {
    post.close();
  }
}

test.each([
  [200, 'answer'],
  [400, 'refusal'],
  [403, 'refusal'],
  [408, 'doubt'],
  [429, 'doubt'],
  [499, 'doubt'],
  [500, 'doubt'],
  [503, 'doubt'],
])('an answer of %i is a %s', async (status, kind) => {
  expect(await posted({ status })).toMatchObject({ kind });
});

test.each([
  ['a certificate that is none', 'https://127.0.0.1:9/', { cert: 'garbage', key: 'garbage' }, {}],
  ['an address that is none', 'http://e1:99999/', {}, {}],
  ['a header that cannot be sent', 'http://127.0.0.1:9/', {}, { Authorization: 'a\nb' }],
])('%s proves that nothing was sent', async (_, target, options, headers) => {
  const post = postJson({ timeoutMs: 2000, ...options });
  expect(await post(target, {}, headers)).toMatchObject({ kind: 'unsent', error: { code: 'unreachable' } });
  post.close();
});

test.each<[string, Partial<EtcdHeader>, RegExp]>([
  ['a page with 200', { type: 'text/html', body: '<html>Log in</html>' }, /JSON/],
  ['a list', { body: '[]' }, /not a JSON object/],
  ['nothing with 200', { body: '' }, /JSON/],
  ['a proxy that forbids', { status: 403, type: 'text/html', body: '<html>no</html>' }, /403/],
  ['a proxy that knows no such path', { status: 404, type: 'text/plain', body: 'not found' }, /404/],
  ['a redirect', { status: 307, headers: { location: 'https://portal/' } }, /sends to https:\/\/portal\//],
  ['what was not asked for', { body: gzipSync('{}'), headers: { 'content-encoding': 'gzip' } }, /gzip/],
  ['an answer without end', { body: Buffer.alloc(5 * 1024 * 1024, ' ') }, /more than 4194304 bytes/],
])('%s tells nothing', async (_, answer, words) => {
  const result = await posted(answer);
  if (result.kind !== 'doubt') throw new Error(result.kind);
  expect(result.error.message).toMatch(words);
});

test('a full database is said by name, and is no proof: the write that filled it was applied', async () => {
  const message = 'etcdserver: mvcc: database space exceeded';
  for (const status of [429, 503]) {
    const result = await posted({ status, body: JSON.stringify({ message, code: 8 }) });
    expect(result).toMatchObject({ kind: 'doubt', error: { code: 'etcd_no_space' } });
  }
});

test('a connection that nobody takes is surely not sent', async () => {
  const nobody = 'http://127.0.0.1:9/v3/kv/txn';
  expect(await posted({}, nobody)).toMatchObject({ kind: 'unsent', error: { code: 'unreachable' } });
});
