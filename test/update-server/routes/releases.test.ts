import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import type { ReleaseDetail } from '../../../protocol/api/dashboard.ts';
import { compareParts } from '../../../update-server/routes/v1/releases/compare-parts.ts';
import { makeRelease } from '../support/make-release.ts';
import { adminToken, type ServerProcess, scratch, startServer } from '../support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
let server: ServerProcess;
let admin: string;

const listOf = (...packages: [string, string][]) =>
  Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      components: [
        ...packages.map(([name, version]) => ({
          type: 'library',
          name,
          version,
          purl: `pkg:deb/debian/${name}`,
        })),
        { type: 'library', name: 'got', version: '16.0.0', purl: 'pkg:npm/got@16.0.0' },
        { type: 'file', name: 'site', hashes: [{ alg: 'SHA-256', content: 'c'.repeat(64) }] },
      ],
    }),
  );
const lists = {
  '1.0': listOf(['bash', '5.2-1'], ['curl', '8.1-1'], ['telnet', '0.17']),
  '2.0': listOf(['bash', '5.2-1'], ['curl', '8.2-1'], ['zstd', '1.5']),
};

beforeAll(async () => {
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  server = await startServer(join(dir, 'data'), '--online-keys', join(keysDir, 'online'));
  admin = adminToken(server);
  for (const [version, sbom] of [...Object.entries(lists), ['3.0', Buffer.from('no list')] as const]) {
    const { dir: releaseDir } = makeRelease(dir, version, { sbom });
    await publish({ server: client(), keysDir, releaseDir, channel: 'alpha' });
  }
});
afterAll(async () => {
  await server.end();
  remove();
});

function client() {
  return createClient({ server: server.url, token: admin });
}

it('a release shows its sizes, what lies here, and whose keys signed it and the channel', async () => {
  const old = await client().get<ReleaseDetail>('v1/releases/tiny/1.0/x86-64');
  expect(old).toMatchObject({
    channels: [],
    sizes: { root: 4096, verity: 4096, boot: 512 },
    payloads: [{ file: 'payload.full', from: null, size: 100_000, here: true }],
    sbom: { size: lists['1.0'].length, here: true },
    packagesLock: { here: true },
    signed: [{ role: 'releases' }],
  });
  const head = await client().get<ReleaseDetail>('v1/releases/tiny/3.0/x86-64');
  expect(head.channels).toEqual(['alpha']);
  expect(head.signed.map(({ role }) => role)).toEqual(['releases', 'channel-alpha']);
  const metadata = await client().text('v1/tuf/metadata/timestamp.json');
  expect(metadata).toContain('signatures');
  for (const { keys, expires } of head.signed) {
    expect(keys).toHaveLength(1);
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
  }
  const { root } = JSON.parse(readFileSync(join(dir, 'tiny-1.0-x86-64/release.json'), 'utf8'));
  expect(old.rootHash).toBe(root.verity.rootHash);
});

describe('two releases', () => {
  it('are compared package by package', async () => {
    const answer = await client().get('v1/releases/compare?name=tiny&arch=x86-64&from=1.0&to=2.0');
    expect(answer).toEqual({
      from: '1.0',
      to: '2.0',
      added: [{ package: 'zstd', version: '1.5' }],
      removed: [{ package: 'telnet', version: '0.17' }],
      changed: [{ package: 'curl', from: '8.1-1', to: '8.2-1' }],
      same: 3,
    });
  });

  it('and a release that is unknown, or a list that is none, is said to be', async () => {
    for (const [to, code] of [
      ['9.0', 'not_found'],
      ['3.0', 'release_invalid'],
    ] as const) {
      const asked = client().get(`v1/releases/compare?name=tiny&arch=x86-64&from=1.0&to=${to}`);
      await expect(asked).rejects.toMatchObject({ code });
    }
  });

  it('a package that is there twice in other kinds is told apart', () => {
    const parts = (version: string) =>
      new Map([
        ['got', '1'],
        ['npm/got', version],
      ]);
    expect(compareParts(parts('16'), parts('17')).changed).toEqual([
      { package: 'npm/got', from: '16', to: '17' },
    ]);
  });
});
