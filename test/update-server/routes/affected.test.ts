import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import type { AffectedAnswer } from '../../../protocol/api/fleet.ts';
import { makeRelease } from '../support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from '../support/start-server.ts';

const { dir, remove } = scratch();
let server: ServerProcess;
let options: string[];

const library = (name: string, version: string, upstream = '') => ({
  ...{ type: 'library', name, version },
  purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64&distro=trixie${upstream && `&upstream=${encodeURIComponent(upstream)}`}`,
});
const listOf = (...components: object[]) =>
  Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', components }));
const lists = {
  '1.0': listOf(
    library('openssl', '3.0.9-1'),
    library('libssl3', '3.0.9-1', 'openssl@3.0.9-1'),
    library('bash', '5.2-1'),
  ),
  '2.0': listOf(library('libssl3', '3.0.17-1+b2', 'openssl@3.0.17-1'), library('bash', '5.2-1')),
  '3.0': Buffer.from('no list'),
};

beforeAll(async () => {
  const keysDir = join(dir, 'keys');
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  server = await startServer(
    join(dir, 'data'),
    '--online-keys',
    join(keysDir, 'online'),
    '--enrollment',
    'open',
  );
  const token = adminToken(server);
  options = ['--server', server.url, '--token', token];
  const client = createClient({ server: server.url, token });
  for (const [version, sbom] of Object.entries(lists)) {
    const { dir: releaseDir } = makeRelease(dir, version, { sbom });
    await publish({ server: client, keysDir, releaseDir, channel: 'alpha' });
  }
  const running = ['1.0', '1.0', '2.0', '3.0', '0.1'];
  for (const [at, version] of running.entries()) {
    const json = async (path: string, body: object, credential = '') => {
      const headers = {
        'content-type': 'application/json',
        ...(credential && { authorization: `Bearer ${credential}` }),
      };
      return (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
    const said = { machineId: String(at).repeat(32), hostname: `web-${at}`, name: 'tiny', arch: 'x86-64' };
    const { credential } = await json('/v1/enroll', said);
    const channel = at === 1 ? 'beta' : 'alpha';
    await json(
      '/v1/check-in',
      {
        ...{ name: 'tiny', version, arch: 'x86-64', channel, group: 'web', bootId: 'boot-0001' },
        ...{ rootHash: 'a'.repeat(64), at: 'idle', failed: [] },
      },
      credential,
    );
  }
});
afterAll(async () => {
  await server?.end();
  remove();
});

const ask = async (query: string): Promise<AffectedAnswer> =>
  createClient({ server: server.url, token: options[3] }).get(`v1/fleet/affected?${query}`);
const found = ({ releases }: AffectedAnswer) => releases.map(({ version, hosts }) => [version, hosts]);

it('finds a package, and what was built from a source of that name, by Debian’s order of versions', async () => {
  const below = await ask('package=openssl&is=%3C&version=3.0.17');
  expect(found(below)).toEqual([['1.0', 2]]);
  expect(below).toMatchObject({ hosts: 2, all: 5 });
  expect(below.releases[0]!.packages).toEqual([
    { package: 'openssl', version: '3.0.9-1' },
    { package: 'libssl3', version: '3.0.9-1' },
  ]);
  expect(found(await ask('package=openssl'))).toEqual([
    ['1.0', 2],
    ['2.0', 1],
  ]);
  expect(found(await ask('package=openssl&is=%3C&version=3.0.17-1%2Bb1'))).toEqual([
    ['1.0', 2],
    ['2.0', 1],
  ]);
  expect(found(await ask('package=libssl3&is=%3E%3D&version=3.0.17-1'))).toEqual([['2.0', 1]]);
  expect(found(await ask('package=openssl&channel=beta'))).toEqual([['1.0', 1]]);
  expect(found(await ask('package=wget'))).toEqual([]);
});

it('says of which versions nothing is known, so that nobody takes them for sound', async () => {
  const { unknown } = await ask('package=openssl');
  expect(unknown).toMatchObject([
    { version: '3.0', hosts: 1, problem: expect.stringContaining('not valid JSON') },
    { version: '0.1', hosts: 1, problem: 'no such release was published here' },
  ]);
});

it('refuses half a question', async () => {
  await expect(ask('package=openssl&is=%3C')).rejects.toMatchObject({ code: 'bad_input' });
});

it('is asked on the command line as people write it, with the hosts by name', async () => {
  const { code, out } = await interlock('fleet', 'affected', 'openssl < 3.0.17', '--hosts', ...options);
  expect(code).toBe(0);
  expect(out).toMatch(/^2 of 5 hosts run a release with openssl < 3\.0\.17\n/);
  expect(out).toMatch(/tiny 1\.0 +x86-64 +2 +- +openssl 3\.0\.9-1, libssl3 3\.0\.9-1/);
  expect(out).toMatch(/web-0 +1\.0 +alpha/);
  expect(out).toMatch(/web-1 +1\.0 +beta/);
  expect(out).toContain('not known: tiny 0.1 on 1 hosts');
  const wrong = await interlock('fleet', 'affected', 'openssl <', ...options);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('is no question about a package')]);
});

it('warns of a name that no release knows, so that a slip does not look like good news', async () => {
  const slip = await interlock('fleet', 'affected', 'opensl < 3.0.17', ...options);
  expect([slip.code, slip.out]).toEqual([0, expect.stringMatching(/^0 of 5 hosts/)]);
  expect(slip.err).toContain(
    'warning: no release here whose packages are known has a package or source opensl',
  );
  const sound = await interlock('fleet', 'affected', 'openssl < 2', ...options);
  expect([sound.out, sound.err]).toEqual([expect.stringMatching(/^0 of 5 hosts/), '']);
});
