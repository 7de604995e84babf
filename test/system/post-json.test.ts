import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postJson } from '../../system/post-json.ts';

let status = 200;
const server = createServer((_, response) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end('{"message":"words"}');
});
let url: string;
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/kv/txn`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test.each([
  [400, 'answer_invalid'],
  [403, 'answer_invalid'],
  [408, 'lock_unknown'],
  [499, 'lock_unknown'],
  [500, 'lock_unknown'],
  [503, 'lock_unknown'],
])('an answer of %i is %s', async (answered, code) => {
  status = answered;
  const post = postJson({});
  await expect(post(url, {}, {})).rejects.toMatchObject({ code });
  post.close();
});

test('a connection that nobody takes is surely not sent', async () => {
  const post = postJson({});
  const nobody = 'http://127.0.0.1:9/v3/kv/txn';
  expect(await post(nobody, {}, {})).toMatchObject({ sent: false, error: { code: 'unreachable' } });
  post.close();
});
