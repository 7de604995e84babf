import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDelta } from '../../../builder/delta/add-delta.ts';
import { writeBundle } from '../../../builder/offline/write-bundle.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { paths } from '../../../protocol/api/publish.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';
import { startAgent } from '../../support/host/agent-process.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import type { Host } from '../../support/host/supervise-host.ts';
import { makeRepository } from '../../support/trust/repository.ts';

let dir: string;
let host: Host;
const at = (...path: string[]) => join(dir, ...path);
const settings =
  'channel = "alpha"\n[lock]\nkind = "none"\n[health]\nsettle = 0.2\nsteady = 0.1\ntimeout = 5\n';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-carried-'));
  const repository = await makeRepository();
  const { server, client, keysDir } = repository;
  const root = await readFile(join(keysDir, 'metadata/root.json'), 'utf8');
  const ballast = randomBytes(3_000_000);
  for (const version of ['1', '2']) {
    const files = { 'usr/lib/interlock/root.json': root };
    await makeHostRelease(at(version), version, {
      files,
      ballast: Buffer.concat([ballast, randomBytes(9000)]),
    });
    for (const name of ['packages.lock', 'sbom.cdx.json']) await writeFile(at(version, name), '');
    if (version === '2') await addDelta(at('1'), at('2'));
    await publish({ server: client, keysDir, releaseDir: at(version), channel: 'alpha' });
  }
  for (const [sha256, bytes] of server.blobs) server.files.set(`${paths.blobs}/${sha256}`, bytes);
  for (const out of ['stick', 'stick.tar']) {
    await writeBundle({ server: client, name: 'made', version: '2', channel: 'alpha', out: at(out) });
  }
  await repository.close();
  host = await createHost({
    dir: at('host'),
    release: at('1'),
    config: { 'agent.d/50-host.toml': settings },
    pollMs: 200,
  });
  await host.start();
});
afterAll(async () => {
  await host?.stop();
  await rm(dir, { recursive: true, force: true });
});

const update = (...words: string[]) => startAgent(host.dir, ['update', ...words]).ended;

test('a spoilt payload on the medium changes nothing', async () => {
  await cp(at('stick'), at('spoilt'), { recursive: true });
  const { payloads } = parseRelease(await readFile(at('2/release.json')));
  expect(payloads).toHaveLength(2);
  for (const { sha256, header } of payloads) {
    const file = at('spoilt/v1/blobs', sha256);
    const bytes = await readFile(file);
    bytes.fill(7, header.size);
    await writeFile(file, bytes);
  }
  const { stdout, stderr } = await update('--from', at('spoilt'));
  expect(stdout + stderr).toMatch(/payload|hash/i);
  expect((await host.running()).version).toBe('1');
});

test('what is no medium, or another version, is refused in words', async () => {
  expect((await update('--from', at('1'))).stderr).toMatch(/interlock export/);
  expect((await update('--from', at('1/release.json'))).stderr).toMatch(/nor a complete tar file/);
  const whole = await readFile(at('stick.tar'));
  for (const cut of [1000, whole.length / 2, whole.length - 2000]) {
    await writeFile(at('cut.tar'), whole.subarray(0, cut));
    const { code, stderr } = await update('--from', at('cut.tar'));
    expect([code, stderr]).toEqual([65, expect.stringMatching(/cut\.tar: .* nor a complete tar file/)]);
  }
  expect((await update('9', '--from', at('stick.tar'))).stderr).toMatch(/the offline bundle contains 2/);
});

test('a host without any server updates from one tar file, checked as always', async () => {
  const { code, stdout, stderr } = await update('--from', at('stick.tar'));
  expect(code, stdout + stderr).toBe(100);
  for (let tries = 0; tries < 300; tries++) {
    const { phase, running } = (await host.status()) as {
      phase: { at: string };
      running: { version: string };
    };
    if (phase.at === 'idle' && running.version === '2') return;
    await sleep(100);
  }
  throw new Error(JSON.stringify(await host.status()));
});
