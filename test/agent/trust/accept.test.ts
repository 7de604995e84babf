import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setFloor } from '../../../builder/publish/edit-channel.ts';
import { rollback } from '../../../builder/publish/rollback.ts';
import { makeHost, type TestHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let host: TestHost;
beforeAll(async () => {
  repository = await makeRepository();
  await repository.publish({ version: '1' });
  await repository.publish({ version: '2' });
  await repository.publish({ version: '3', stateCompat: '2' });
});
afterAll(() => repository.close());
beforeEach(async () => {
  host = await makeHost(repository);
});

test('accepts what the channel names, and remembers it', async () => {
  const target = await host.offer('3', '1');
  expect(target).toMatchObject({ version: '3', grant: 'grant-0001', release: { stateCompat: '2' } });
  expect(JSON.parse((await host.cache()) ?? '')).toMatchObject({
    serials: { 'channels/tiny/alpha.json': 3 },
    accepted: [{ version: '3', stateCompat: '2' }],
  });
});

test('an offer that the channel does not make is refused', async () => {
  await expect(host.offer('2', '1')).rejects.toMatchObject({ code: 'offer_refused' });
  await expect(host.offer('2', '3')).rejects.toMatchObject({ code: 'offer_refused' });
  await expect(host.offer('9', '3')).rejects.toMatchObject({ code: 'offer_refused' });
});

test('the operator of the host may go to any signed version that the state allows', async () => {
  expect(await host.offer('2', '1', 'operator')).toMatchObject({ version: '2' });
  await host.offer('3', '1');
  expect(await host.offer('2', '3', 'operator')).toMatchObject({ version: '2' });
  await expect(host.offer('1', '3', 'operator')).rejects.toMatchObject({ code: 'offer_refused' });
  await expect(host.offer('9', '3', 'operator')).rejects.toMatchObject({ code: 'metadata_invalid' });
});

test('a channel without this product is refused', async () => {
  const other = await makeHost(repository, { channel: 'stable' });
  await expect(other.offer('3', '1')).rejects.toMatchObject({
    code: 'metadata_invalid',
    details: { role: 'channel-stable' },
  });
});

test('without a server the cache stays and the failure says so', async () => {
  await host.offer('3', '1');
  const before = await host.cache();
  host.options.server = 'http://127.0.0.1:9';
  await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'unreachable' });
  expect(await host.cache()).toBe(before);
});

test('an unreadable cache means starting again from the image', async () => {
  await host.offer('3', '1');
  for (const broken of ['', '{"format":1', '{"format":2}', '\0'.repeat(4096)]) {
    await writeFile(join(host.cacheDir, 'trust.json'), broken);
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
  }
});

test('damaged metadata inside the cache is fetched again', async () => {
  await host.offer('3', '1');
  const cache = JSON.parse((await host.cache()) ?? '');
  for (const name of Object.keys(cache.metadata)) {
    const broken = { ...cache, metadata: { ...cache.metadata, [name]: '{' } };
    await writeFile(join(host.cacheDir, 'trust.json'), JSON.stringify(broken));
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
  }
});

test('an image without a root trusts nothing', async () => {
  await writeFile(host.options.imageRoot ?? '', '{}');
  await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'state_invalid' });
});

test('floors are passed one by one, and a withdrawn version goes back', async () => {
  const on = { server: repository.client, keysDir: repository.keysDir, name: 'tiny', channel: 'alpha' };
  await setFloor(on, '2', true);
  await expect(host.offer('3', '1')).rejects.toMatchObject({ code: 'offer_refused' });
  expect(await host.offer('2', '1')).toMatchObject({ version: '2' });
  expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
  await setFloor(on, '2', false);
  await rollback({ ...on, to: '2', reason: 'no network' });
  expect(await host.offer('2', '3')).toMatchObject({ version: '2' });
});
