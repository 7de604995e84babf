import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import { enrolHost } from '../update-server/support/enrol.ts';
import { makeApp, type TestApp } from '../update-server/support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
  await enrolHost(server.store, 'host-0001', server.clock.now.toISOString(), { approved: false });
  await server.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close());

it('holds, pins, groups, approves and forgets a host, each answered by nothing', async () => {
  const { port } = server.app.server.address() as AddressInfo;
  const client = createClient({ server: `http://127.0.0.1:${port}`, token: server.tokens.operator });
  await client.send('v1/hosts/host-0001/hold', { held: true });
  await client.send('v1/hosts/host-0001/pin', { version: '2.0' });
  await client.send('v1/hosts/host-0001/group', { group: 'canary' });
  await client.send('v1/hosts/host-0001/approve', {});
  expect(await server.store.host('host-0001')).toMatchObject({
    ...{ held: true, pinned: '2.0', group: 'canary', approved: true },
  });
  await expect(client.send('v1/hosts/host-none/hold', { held: true })).rejects.toThrow('does not exist');
  await client.delete('v1/hosts/host-0001');
  expect(await server.store.host('host-0001')).toBeUndefined();
});
