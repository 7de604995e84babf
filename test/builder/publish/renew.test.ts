import { expect, test } from 'vitest';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { pushRenewed } from '../../../builder/publish/push-renewed.ts';
import { makeHost } from '../../support/trust/host.ts';
import { makeRepository } from '../../support/trust/repository.ts';

test('renewed roles reach the server by themselves or with the next release', async () => {
  const repository = await makeRepository();
  try {
    const { client, keysDir, server } = repository;
    await repository.publish({ version: '1' });
    await repository.publish({ version: '2' });
    expect(await pushRenewed(client, keysDir)).toBe(false);
    expect(await renewKeys(keysDir, { all: true })).toHaveLength(5);
    expect(await pushRenewed(client, keysDir)).toBe(true);
    expect(await pushRenewed(client, keysDir)).toBe(false);
    expect(server.files.has('/v1/tuf/metadata/2.root.json')).toBe(true);
    const host = await makeHost(repository);
    expect(await host.offer('2', '1')).toMatchObject({ version: '2' });

    await renewKeys(keysDir, { all: true });
    await repository.publish({ version: '3' });
    const versions = Object.entries(server.state.roles).map(([role, text]) => [
      role,
      JSON.parse(text).signed.version,
    ]);
    expect(Object.fromEntries(versions)).toEqual({
      root: 3,
      targets: 3,
      releases: 6,
      'channel-alpha': 6,
      'channel-stable': 3,
    });
    expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
  } finally {
    await repository.close();
  }
});
