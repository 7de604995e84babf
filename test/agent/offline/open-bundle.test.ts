import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBundle } from '../../../agent/offline/open-bundle.ts';
import { openTrust } from '../../../agent/trust/open-trust.ts';
import { writeBundle } from '../../../builder/offline/write-bundle.ts';
import { paths } from '../../../protocol/api/publish.ts';
import { makeHost, runningVersion, type TestHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

const day = 86_400_000;
let repository: TestRepository;
beforeAll(async () => {
  repository = await makeRepository();
  await repository.publish({ version: '1' });
  await repository.publish({ version: '2' });
  await exportTo('two');
  await exportTo('two.tar');
  await repository.publish({ version: '3' });
  await exportTo('three', '3');
});
afterAll(() => repository.close());

const at = (name: string) => join(repository.dir, name);

async function exportTo(name: string, version = '2'): Promise<number> {
  for (const [sha256, bytes] of repository.server.blobs)
    repository.server.files.set(`${paths.blobs}/${sha256}`, bytes);
  return writeBundle({ server: repository.client, name: 'tiny', version, channel: 'alpha', out: at(name) });
}

/** Lets a host that runs version 1 take what a medium offers, the server being away. */
async function take(host: TestHost, medium: string) {
  const server = await openBundle(at(medium));
  const { version } = server.offer;
  return openTrust({ ...host.options, server }).accept(
    { version, grant: null },
    runningVersion('1'),
    'server',
  );
}

test.each(['two', 'two.tar'])('a host takes what %s holds by the signatures on it', async (medium) => {
  const host = await makeHost(repository);
  expect(await take(host, medium)).toMatchObject({ version: '2', grant: null });
  const { offer, readBlob } = await openBundle(at(medium));
  expect(offer).toEqual({ format: 1, name: 'tiny', channel: 'alpha', version: '2' });
  const [payload] = (await take(host, medium)).release.payloads;
  const found = await Array.fromAsync(readBlob(payload!.sha256, { from: 10, to: 4000 }));
  const expected = repository.server.blobs.get(payload!.sha256)!.subarray(10, 4000);
  expect(Buffer.concat(found).equals(expected)).toBe(true);
});

test('a tar made by other hands will do', async () => {
  await promisify(execFile)('tar', ['-cf', at('by-hand.tar'), '-C', at('two'), '.']);
  expect(await take(await makeHost(repository), 'by-hand.tar')).toMatchObject({ version: '2' });
});

test('a host that has seen a newer channel document refuses an older medium', async () => {
  const host = await makeHost(repository);
  await take(host, 'three');
  await expect(take(host, 'two')).rejects.toMatchObject({ code: 'metadata_rollback' });
});

test('a medium may be carried for weeks, but not past the life of what the channel’s key signed', async () => {
  const host = await makeHost(repository);
  host.options.clock.at = new Date(Date.now() + 20 * day);
  expect(await take(host, 'two')).toMatchObject({ version: '2' });
  host.options.clock.at = new Date(Date.now() + 31 * day);
  await expect(take(host, 'two')).rejects.toMatchObject({
    code: 'metadata_expired',
    details: { role: 'channel-alpha' },
  });
});

test('metadata that somebody changed on the way is refused', async () => {
  await promisify(execFile)('cp', ['-r', at('two'), at('forged')]);
  const { stdout } = await promisify(execFile)('find', [at('forged'), '-name', '*.channel-alpha.json']);
  for (const file of stdout.trim().split('\n')) {
    await writeFile(file, (await readFile(file, 'utf8')).replace(/"length": ?\d/, '"length":9'));
  }
  await expect(take(await makeHost(repository), 'forged')).rejects.toMatchObject({
    code: 'metadata_invalid',
  });
});

test('what no host of the channel would take is not exported, and nothing is left lying', async () => {
  await expect(exportTo('old', '1')).rejects.toMatchObject({ code: 'bad_input' });
  await expect(exportTo('three', '3')).rejects.toMatchObject({ code: 'exists' });
  await expect(openBundle(at('old'))).rejects.toMatchObject({ code: 'not_found' });
  await expect(openBundle(at('keys'))).rejects.toMatchObject({ code: 'bad_input' });
});

test('a blob that arrives damaged is not exported', async () => {
  await repository.publish({ version: '4' });
  const all = repository.server.files;
  for (const key of repository.server.blobs.keys()) all.set(`${paths.blobs}/${key}`, 'spoilt');
  const spoilt = writeBundle({
    server: repository.client,
    name: 'tiny',
    version: '4',
    channel: 'alpha',
    out: at('spoilt.tar'),
  });
  await expect(spoilt).rejects.toThrow();
  await expect(openBundle(at('spoilt.tar'))).rejects.toMatchObject({ code: 'not_found' });
});
