import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ask } from '../../../system/http/ask.ts';
import { describeUnreachable, whyUnreachable } from '../../../system/http/why-unreachable.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function listen(): Promise<number> {
  server = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('a port where nothing listens is named in words, with the code to look up', async () => {
  const port = await listen();
  await new Promise((resolve) => server!.close(resolve));
  await expect(ask(`http://127.0.0.1:${port}/v1/x`, { limit: 100 })).rejects.toMatchObject({
    code: 'unreachable',
    message: `http://127.0.0.1:${port}/v1/x: no server listens there (ECONNREFUSED)`,
  });
});

test('so is a server without TLS behind https', async () => {
  const port = await listen();
  await expect(ask(`https://127.0.0.1:${port}/`, { limit: 100 })).rejects.toThrow(/does not speak TLS/);
});

test('a lookup that takes too long is about the name', () => {
  const slow = Object.assign(new Error('late'), { code: 'ETIMEDOUT', event: 'lookup' });
  expect(whyUnreachable(new Error('failed', { cause: slow }))?.why).toBe('name_unknown');
});

test('what nothing explains says its own', () => {
  expect(describeUnreachable(Object.assign(new Error('cut'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(describeUnreachable(new Error('no answer in 5 ms'))).toBe('no answer in 5 ms');
  expect(describeUnreachable('odd')).toBe('odd');
});
