import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { rotateKeys } from '../../../builder/keys/rotate.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { importRequest } from '../../../builder/request/import-request.ts';
import { showRequest, signRequest } from '../../../builder/request/sign-request.ts';
import { exportRelease } from '../../../builder/sign/export-release.ts';
import { makeRelease } from '../../support/trust/release.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let desk: string;
let holder: string;
let stick: string;

/** A holder who has seen nothing since the first day, and a desk that has no key and saw all. */
beforeEach(async () => {
  repository = await makeRepository();
  holder = join(repository.dir, 'holder');
  desk = join(repository.dir, 'desk');
  stick = join(repository.dir, 'request.json');
  await cp(repository.keysDir, holder, { recursive: true });
  for (const version of ['1', '2', '3']) await repository.publish({ version });
  await cp(repository.keysDir, desk, { recursive: true });
  const keys = (await readdir(desk)).filter((name) => name.endsWith('.pem'));
  for (const file of keys) await rm(join(desk, file));
});
afterEach(() => repository.close());

const changes = async () => (await showRequest(stick, holder)).documents.flatMap((shown) => shown.changes);

test('sees of a further release that one alone', async () => {
  const { dir } = await makeRelease(repository.dir, { version: '4' });
  await exportRelease(dir, desk, stick);
  expect(await changes()).toEqual(['adds tiny/4/x86-64/release.json']);
  await signRequest(stick, holder);
  await importRequest(stick, desk, undefined);
});

test('sees what a channel says now beside what it would say', async () => {
  const { client: server } = repository;
  await promote({ server, keysDir: repository.keysDir, name: 'tiny', version: '2', channel: 'stable' });
  await promote({ server, keysDir: desk, name: 'tiny', version: '3', channel: 'stable', exportTo: stick });
  expect(await changes()).toEqual([
    expect.stringMatching(
      /^changes channels\/tiny\/stable\.json: head 3 \(x86-64 [0-9a-f]{64}\); until now: head 2 \(x86-64 /,
    ),
  ]);
  const { documents } = await showRequest(stick, holder);
  expect(documents[0]?.diff).toContain('- channels/tiny/stable.json: .head.version "2"');
  await signRequest(stick, holder);
  await importRequest(stick, desk, (request) => server.post('/v1/publish', request));
});

test('renews roles whose releases and documents it never saw', async () => {
  await renewKeys(desk, { all: true, exportTo: stick });
  expect(await changes()).toEqual([]);
  await signRequest(stick, holder);
  await importRequest(stick, desk, undefined);
});

test('follows new keys of a channel, and publishes through them', async () => {
  const { client: server } = repository;
  await rotateKeys(repository.keysDir, 'channel-alpha');
  const { dir } = await makeRelease(repository.dir, { version: '4' });
  await publish({ server, keysDir: repository.keysDir, releaseDir: dir, channel: 'alpha' });
  for (const file of ['targets', 'channel-alpha', 'releases'])
    await cp(join(repository.keysDir, `metadata/${file}.json`), join(desk, `metadata/${file}.json`));
  await renewKeys(desk, { all: true, roles: ['channel-alpha', 'releases'], exportTo: stick });
  expect(await changes()).toEqual([]);
  expect((await showRequest(stick, holder)).taken).toContainEqual(
    expect.stringMatching(/^targets 2; channel-alpha: \+[0-9a-f]{64} -[0-9a-f]{64}$/),
  );
});
