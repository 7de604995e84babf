import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silent } from '../../../../builder/build-host/reporter.ts';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { resolve } from '../../../../builder/packages/archive/resolve.ts';
import { fetchPackages } from '../../../../builder/packages/fetch-packages.ts';
import { formatLock, type PackagesLock, parseLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { requiredPackages } from '../../../../builder/packages/lock/required-packages.ts';
import { findMirror } from '../../../../builder/packages/network/mirror.ts';
import { provenance } from '../../../../builder/release/describe/provenance.ts';
import { type Archive, type ArchivePackage, makeArchive } from '../../support/make-archive.ts';
import { type Noting, serveFolder, serveProxy } from './serve-archive.ts';

const define = (more: string, packages = '["tool"]') =>
  parseDefinition(
    `name = "x"
suite = "trixie"
kernel = "cloud"
packages = ${packages}
${more}
[slots]
root = "1 GiB"
verity = "16 MiB"
`,
    'image.toml',
    '.',
    'x86-64',
  );

const needed: ArchivePackage[] = [
  { name: 'base-files', version: '13', essential: true },
  ...requiredPackages(define(''), 'x86-64')
    .filter((name) => name !== 'tool')
    .map((name) => ({ name, version: '1' })),
];
const tool: ArchivePackage = { name: 'tool', version: '1.0-1' };
const today = '2026-03-01T10:00:00Z';

describe('resolve', () => {
  let work: string;
  let archive: Archive;
  let server: Noting;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'resolve-'));
    archive = makeArchive(join(work, 'keys'), join(work, 'archive'));
    archive.publish([...needed, tool], today);
  });
  afterAll(async () => {
    archive.close();
    await rm(work, { recursive: true });
  });
  beforeEach(async () => {
    server = await serveFolder(join(work, 'archive'));
    vi.stubEnv('INTERLOCK_CACHE', await mkdtemp(join(work, 'cache-')));
    vi.stubEnv('INTERLOCK_MIRROR', server.url);
    vi.stubEnv('INTERLOCK_KEYRING', archive.keyring);
    for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  const choose = async (definition = define(''), options = {}) =>
    resolve(definition, 'x86-64', await findMirror(), options);
  const fetchAll = async (lock: PackagesLock) => fetchPackages(lock.packages, await findMirror(), silent);

  it('names the line of a component that the suite does not have', async () => {
    await expect(choose(define('components = ["main", "non-fre"]'))).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 5, problem: expect.stringContaining('trixie has no component non-fre') },
    });
  });

  it('names the line of a suite that the mirror does not have', async () => {
    const more = '[[repositories]]\nsuite = "trixie-updates"\n[[repositories]]\nsuite = "trixy-backports"';
    archive.add('trixie-updates', [], today);
    await expect(choose(define(more))).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 8, problem: expect.stringMatching(/there is no suite trixy-backports at http/) },
    });
    const wrong = '[[repositories]]\nsuite = "trixie-updates"\ncomponents = [\n"main",\n"man"\n]';
    await expect(choose(define(wrong))).rejects.toMatchObject({
      details: {
        line: 9,
        problem: expect.stringMatching(/trixie-updates has no component man; did you mean main\?/),
      },
    });
  });

  it('takes indexes and packages through the proxy alone', async () => {
    const proxy = await serveProxy();
    const [, port] = /:(\d+)$/.exec(proxy.url) ?? [];
    vi.stubEnv('http_proxy', `http://me:secret@127.0.0.1:${port}`);
    await fetchAll(await choose());
    expect(proxy.asked.filter((url) => url.includes('/dists/')).length).toBeGreaterThan(0);
    expect(proxy.asked.filter((url) => url.includes('/pool/')).length).toBe(needed.length + 1);
    expect(server.asked).toHaveLength(proxy.asked.length);
    vi.stubEnv('no_proxy', '127.0.0.0/8');
    proxy.asked.length = 0;
    await choose();
    expect(proxy.asked).toEqual([]);
    await proxy.close();
  });

  it('logs in for indexes and packages, and writes the login nowhere', async () => {
    await server.close();
    server = await serveFolder(join(work, 'archive'), 'me:secret word');
    vi.stubEnv('INTERLOCK_MIRROR', server.url.replace('//', '//me:wrong@'));
    const refused = await choose().catch((error) => error);
    expect(refused).toMatchObject({ code: 'mirror_failed', message: expect.stringContaining('401') });
    expect(refused.message).not.toContain('wrong');
    await server.close();
    server = await serveFolder(join(work, 'archive'), 'me:secret');
    vi.stubEnv('INTERLOCK_MIRROR', server.url.replace('//', '//me:secret@'));
    const lock = await choose();
    await fetchAll(lock);
    expect(formatLock(lock)).not.toContain('secret');
  });

  it('refuses an expired index, or takes it when that is allowed and says so', async () => {
    archive.add('trixie', [...needed, tool], today, {
      lines: ['Valid-Until: Sun, 08 Mar 2026 10:00:00 UTC'],
    });
    await expect(choose()).rejects.toMatchObject({
      code: 'index_expired',
      remedy: expect.stringContaining('--allow-expired'),
    });
    const lock = await choose(define(''), { allowExpired: true });
    expect(lock.expired).toEqual(['trixie 2026-03-08T10:00:00Z']);
    expect(parseLock(formatLock(lock), 'packages.lock')).toEqual(lock);
    const origin = {
      name: 'x',
      version: '1',
      arch: 'x86-64',
      epoch: 0,
      definition: '',
      sources: [],
      builder: '',
    };
    expect(provenance({ ...origin, lock }, [])).toMatchObject({
      predicate: { buildDefinition: { externalParameters: { allowExpired: lock.expired } } },
    });
    archive.add('trixie', [...needed, tool], today);
    expect((await choose(define(''), { allowExpired: true })).expired).toBeUndefined();
  });
});
