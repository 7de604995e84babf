import { hash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blockVersion, setFloor, showChannel } from '../../../builder/publish/edit-channel.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { rollback } from '../../../builder/publish/rollback.ts';
import { sign } from '../../../builder/sign/sign.ts';
import { nextHop } from '../../../protocol/documents/channel.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { makeRelease } from '../../support/trust/release.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
beforeEach(async () => {
  repository = await makeRepository();
});
afterEach(() => repository.close());

const on = (channel: string) => ({
  server: repository.client,
  keysDir: repository.keysDir,
  name: 'tiny',
  channel,
});
const show = (channel: string) => showChannel(on(channel));
const shownFiles = () =>
  [...repository.server.files.keys()].map((path) => path.replace('/v1/tuf/', '')).toSorted();

test('the first publication fills an empty server', async () => {
  const release = await repository.publish({ version: '1' });
  expect(shownFiles()).toEqual([
    'metadata/1.channel-stable.json',
    'metadata/1.root.json',
    'metadata/1.snapshot.json',
    'metadata/1.targets.json',
    'metadata/2.channel-alpha.json',
    'metadata/2.releases.json',
    'metadata/timestamp.json',
    expect.stringMatching(/^targets\/channels\/tiny\/[0-9a-f]{64}\.alpha\.json$/),
    expect.stringMatching(/^targets\/tiny\/1\/x86-64\/[0-9a-f]{64}\.release\.json$/),
  ]);
  const { payloads, packagesLock, sbom } = release;
  const uploaded = [...payloads, packagesLock, sbom].map(({ sha256 }) => sha256);
  expect([...repository.server.blobs.keys()].toSorted()).toEqual(uploaded.toSorted());
  expect(await show('alpha')).toMatchObject({ serial: 1, head: { version: '1' }, withdrawn: [] });
});

test('repeating a publication changes nothing', async () => {
  await repository.publish({ version: '1' });
  const { dir } = await makeRelease(repository.dir, { version: '2' });
  const options = {
    server: repository.client,
    keysDir: repository.keysDir,
    releaseDir: dir,
    channel: 'alpha',
  };
  expect(await publish(options)).toMatchObject({ published: true, uploaded: 5000 + 2 * 100 });
  const before = new Map(repository.server.files);
  expect(await publish(options)).toMatchObject({ published: false, uploaded: 0 });
  expect(repository.server.files).toEqual(before);
});

test('an upload that is cut continues where it stopped', async () => {
  const { dir } = await makeRelease(repository.dir, { version: '1', payloadSize: 3_000_000 });
  repository.server.cutAfter = 10_000;
  const options = {
    server: repository.client,
    keysDir: repository.keysDir,
    releaseDir: dir,
    channel: 'alpha',
  };
  expect(await publish(options)).toMatchObject({ published: true });
  const puts = repository.server.requests.filter((line) => line.startsWith('PUT'));
  // the payload twice, and the two lists of parts
  expect(puts).toHaveLength(4);
  const [blob] = repository.server.blobs.values();
  expect(blob?.equals(await readFile(join(dir, 'payload.full')))).toBe(true);
});

test('nothing becomes visible when the server is lost before the end; repeating finishes', async () => {
  await repository.publish({ version: '1' });
  const before = new Map(repository.server.files);
  const { dir } = await makeRelease(repository.dir, { version: '2' });
  const options = {
    server: repository.client,
    keysDir: repository.keysDir,
    releaseDir: dir,
    channel: 'alpha',
  };
  repository.server.intercept = (request) => {
    if (request.url !== '/v1/publish') return false;
    request.socket.destroy();
    return true;
  };
  await expect(publish(options)).rejects.toMatchObject({ code: 'unreachable' });
  expect(repository.server.files).toEqual(before);
  repository.server.intercept = undefined;
  expect(await publish(options)).toMatchObject({ published: true, uploaded: 0 });
  expect((await show('alpha')).head.version).toBe('2');
});

test('a release that was signed elsewhere is published without the releases key', async () => {
  await repository.publish({ version: '1' });
  const { dir } = await makeRelease(repository.dir, { version: '2' });
  expect(await sign(dir, repository.keysDir)).toMatchObject({ signed: true, version: 3 });
  expect(await sign(dir, repository.keysDir)).toMatchObject({ signed: false, version: 3 });
  await rm(join(repository.keysDir, 'releases.pem'));
  const options = { server: repository.client, keysDir: repository.keysDir, channel: 'alpha' };
  expect(await publish({ ...options, releaseDir: dir })).toMatchObject({ published: true });
  const { dir: unsigned } = await makeRelease(repository.dir, { version: '3' });
  await expect(publish({ ...options, releaseDir: unsigned })).rejects.toMatchObject({ code: 'keys_missing' });
});

test('when somebody signs in between, the change is made again on top of theirs', async () => {
  await repository.publish({ version: '1' });
  const { dir } = await makeRelease(repository.dir, { version: '2' });
  let isFirst = true;
  const raced = { ...repository.client };
  raced.post = async <T>(path: string, body: unknown): Promise<T> => {
    if (path === '/v1/publish' && isFirst) {
      isFirst = false;
      await blockVersion(on('alpha'), '0.9', 'too old');
    }
    return repository.client.post<T>(path, body);
  };
  await publish({ server: raced, keysDir: repository.keysDir, releaseDir: dir, channel: 'alpha' });
  expect(await show('alpha')).toMatchObject({
    serial: 3,
    head: { version: '2' },
    blocked: [{ version: '0.9' }],
  });
});

test('promote takes all architectures of a version to another channel', async () => {
  await repository.publish({ version: '1' });
  await repository.publish({ version: '1', arch: 'arm64' });
  expect(await promote({ ...on('stable'), version: '1' })).toBe(true);
  expect(await promote({ ...on('stable'), version: '1' })).toBe(false);
  expect(Object.keys((await show('stable')).head.releases).toSorted()).toEqual(['arm64', 'x86-64']);
  await expect(promote({ ...on('stable'), version: '7' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(promote({ ...on('gamma'), version: '1' })).rejects.toMatchObject({ code: 'not_found' });
});

test('two architectures in one channel never mix: a host is offered its own release, or waits', async () => {
  const sums = new Map<string, string>();
  const publishFor = async (version: string, arch: Arch) => {
    const { dir } = await makeRelease(repository.dir, { version, arch });
    await publish({
      server: repository.client,
      keysDir: repository.keysDir,
      releaseDir: dir,
      channel: 'alpha',
    });
    sums.set(hash('sha256', await readFile(join(dir, 'release.json'))), `${version} ${arch}`);
    const channel = await show('alpha');
    return (['x86-64', 'arm64'] as const).map((own) => {
      const hop = nextHop(channel, '1', own);
      return 'to' in hop ? sums.get(hop.to.sha256) : hop.none;
    });
  };
  expect(await publishFor('1', 'x86-64')).toEqual(['up_to_date', 'up_to_date']);
  expect(await publishFor('1', 'arm64')).toEqual(['up_to_date', 'up_to_date']);
  expect(await publishFor('2', 'x86-64')).toEqual(['2 x86-64', 'no_release_for_arch']);
  expect(await publishFor('3', 'arm64')).toEqual(['no_release_for_arch', '3 arm64']);
  expect(await publishFor('3', 'x86-64')).toEqual(['3 x86-64', '3 arm64']);
  await rollback({ ...on('alpha'), to: '2', reason: 'no network' });
  const back = await show('alpha');
  expect(nextHop(back, '3', 'x86-64')).toMatchObject({ to: { version: '2' } });
  expect(nextHop(back, '3', 'arm64')).toEqual({ none: 'no_release_for_arch' });
});

test('rollback sends every newer version back, and the next release forward again', async () => {
  for (const version of ['1', '2', '3']) await repository.publish({ version });
  expect(await rollback({ ...on('alpha'), to: '1', reason: 'no network' })).toEqual(['2', '3']);
  const back = await show('alpha');
  expect(nextHop(back, '3', 'x86-64')).toMatchObject({ to: { version: '1' } });
  expect(nextHop(back, '2', 'x86-64')).toMatchObject({ to: { version: '1' } });
  await expect(promote({ ...on('alpha'), version: '1' })).resolves.toBe(false);
  await repository.publish({ version: '2.1' });
  const forward = await show('alpha');
  expect(nextHop(forward, '1', 'x86-64')).toMatchObject({ to: { version: '2.1' } });
  expect(nextHop(forward, '2', 'x86-64')).toMatchObject({ to: { version: '2.1' } });
  expect(nextHop(forward, '3', 'x86-64')).toMatchObject({ to: { version: '2.1' } });
  expect(forward.withdrawn).toEqual([{ version: '3', to: '2.1', reason: 'no network' }]);
});

test('rollback below what the state allows is refused', async () => {
  await repository.publish({ version: '1' });
  await repository.publish({ version: '2', stateCompat: '2' });
  await expect(rollback({ ...on('alpha'), to: '1', reason: 'x' })).rejects.toMatchObject({
    code: 'bad_input',
  });
});

test('an older version does not become head by publishing, nor a blocked one', async () => {
  await repository.publish({ version: '2' });
  await expect(repository.publish({ version: '1' })).rejects.toMatchObject({ code: 'bad_input' });
  await blockVersion(on('alpha'), '3', 'burns');
  await expect(repository.publish({ version: '3' })).rejects.toThrow(/blocks it/);
  await blockVersion(on('alpha'), '3', null);
  await repository.publish({ version: '4' });
  await setFloor(on('alpha'), '2', true);
  expect(nextHop(await show('alpha'), '1', 'x86-64')).toMatchObject({ to: { version: '2' } });
  await setFloor(on('alpha'), '2', false);
  expect(nextHop(await show('alpha'), '1', 'x86-64')).toMatchObject({ to: { version: '4' } });
});

test('a version never changes its content', async () => {
  await repository.publish({ version: '1' });
  await expect(repository.publish({ version: '1' })).rejects.toMatchObject({ code: 'exists' });
});

test('an emptied server is filled again from the keys folder', async () => {
  await repository.publish({ version: '1' });
  repository.server.files.clear();
  repository.server.state = { roles: {} };
  await repository.publish({ version: '2' });
  expect(await promote({ ...on('stable'), version: '1' })).toBe(true);
  expect((await show('alpha')).head.version).toBe('2');
});
