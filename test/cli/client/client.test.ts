import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../../../cli/client/client.ts';

let server: Server;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume();
    if (request.url === '/v1/long')
      response.writeHead(200, { 'content-type': 'application/json' }).end('[1]');
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test.each(['send', 'delete'] as const)('what has no answer is done: %s', async (verb) => {
  expect(await createClient({ server: url, token: 't' })[verb]('v1/hosts/1/hold', {})).toBeUndefined();
});

test.each(['v1/long', '/v1/long'])('a base with a slash and the path %s make one address', async (path) => {
  expect(await createClient({ server: `${url}/`, token: 't' }).get(path)).toEqual([1]);
});

test('a query of nothing is not in the address that a message names', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(createClient({ server: url, token: 't' }).get('v1/rollouts?')).rejects.toThrow(
    `${url}/v1/rollouts: no server listens there`,
  );
});
