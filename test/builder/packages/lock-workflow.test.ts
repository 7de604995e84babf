import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silent } from '../../../builder/build-host/reporter.ts';
import { parseDefinition } from '../../../builder/definition/define.ts';
import { fetchPackages } from '../../../builder/packages/fetch-packages.ts';
import { formatLockChanges, lockChanges } from '../../../builder/packages/lock/lock-changes.ts';
import { formatLock, type PackagesLock, parseLock } from '../../../builder/packages/lock/packages-lock.ts';
import { requiredPackages } from '../../../builder/packages/lock/required-packages.ts';
import { lockFor } from '../../../builder/packages/lock-for.ts';
import { findMirror } from '../../../builder/packages/network/mirror.ts';
import { plan } from '../../../builder/release/plan.ts';
import { addBuild } from '../../../cli/build.ts';
import { createProgram } from '../../../system/command/command.ts';
import { type Archive, type ArchivePackage, makeArchive } from '../support/make-archive.ts';

const toml = `name = "x"
suite = "trixie"
packages = ["tool"]
kernel = "cloud"
[slots]
root = "1 GiB"
verity = "16 MiB"
`;
const definition = parseDefinition(toml, 'image.toml', '.', 'x86-64');
const needed = requiredPackages(definition, 'x86-64').filter((name) => name !== 'tool');
const others: ArchivePackage[] = needed.map((name) => ({ name, version: '1' }));
const base: ArchivePackage = { name: 'base-files', version: '13', essential: true };

describe('the lock of an archive that moves on', () => {
  let work: string;
  let archive: Archive;
  let server: Server;
  let first: PackagesLock;
  let second: PackagesLock;
  const resolveNow = () => lockFor(definition, 'x86-64', undefined, silent);

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'lock-'));
    archive = makeArchive(join(work, 'keys'), join(work, 'archive'));
    server = createServer((request, response) => {
      const file = createReadStream(join(work, 'archive', decodeURIComponent(request.url ?? '')));
      file.on('error', () => response.writeHead(404).end());
      file.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('INTERLOCK_CACHE', join(work, 'cache'));
    vi.stubEnv('INTERLOCK_MIRROR', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    vi.stubEnv('INTERLOCK_KEYRING', archive.keyring);
    const old: ArchivePackage = { name: 'old-library', version: '4' };
    archive.publish(
      [...others, base, old, { name: 'tool', version: '1:1.0-1', depends: 'old-library' }],
      '2026-03-01T10:00:00Z',
    );
    first = await resolveNow();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    archive.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(work, { recursive: true });
  });

  const moveOn = () =>
    archive.publish(
      [
        ...others,
        base,
        { name: 'new-library', version: '5~rc1' },
        { name: 'tool', version: '1:1.1-1', depends: 'new-library' },
      ],
      '2026-04-01T10:00:00Z',
    );

  it('holds what is named, what that needs, and what is essential', () => {
    expect(first.date).toBe('2026-03-01T10:00:00Z');
    const names = first.packages.map(({ name }) => name);
    expect(names).toEqual([...needed, 'base-files', 'old-library', 'tool'].toSorted());
    expect(first.packages.find(({ name }) => name === 'tool')).toMatchObject({
      version: '1:1.0-1',
      path: 'pool/main/tool_1.0-1_amd64.deb',
    });
  });

  it('is taken as it is while the archive has other versions', async () => {
    const mirror = await findMirror();
    await fetchPackages(
      first.packages.filter(({ name }) => name !== 'tool'),
      mirror,
      silent,
    );
    moveOn();
    const read = parseLock(formatLock(first), 'packages.lock');
    expect(await lockFor(definition, 'x86-64', read, silent)).toEqual(first);
  });

  it('names what the archive dropped, and what to do', async () => {
    await expect(fetchPackages(first.packages, await findMirror(), silent)).rejects.toMatchObject({
      code: 'package_gone',
      details: { packages: 'tool 1:1.0-1' },
    });
    await expect(fetchPackages(first.packages, null, silent)).rejects.toThrow(
      /tool 1:1\.0-1 from the mirror: the build is offline/,
    );
    const phases = await plan(definition, first);
    expect(phases.find(({ phase }) => phase === 'fetch')).toMatchObject({
      what: `1 of ${first.packages.length} packages`,
      state: 'to do',
    });
  });

  it('builds from the cache alone where the cache has everything', async () => {
    const kept = first.packages.filter(({ name }) => name !== 'tool');
    expect((await fetchPackages(kept, null, silent)).size).toBe(kept.length);
  });

  it('changes by what is new, gone and updated', async () => {
    second = await resolveNow();
    expect(second.date).toBe('2026-04-01T10:00:00Z');
    expect(formatLockChanges(lockChanges(first, second))).toBe(
      ['+ new-library 5~rc1', '- old-library 4', '~ tool 1:1.0-1 → 1:1.1-1'].join('\n'),
    );
    expect(formatLockChanges(lockChanges(second, second))).toMatch(/nothing changed/);
    await fetchPackages(second.packages, await findMirror(), silent);
  });

  it('says what was asked for, keeps layers, and lets go of what nobody asks for', async () => {
    archive.publish(
      [
        ...others,
        base,
        { name: 'tool', version: '1:1.1-1' },
        { name: 'postfix', version: '3', provides: 'mail-transport-agent', depends: 'libpostfix' },
        { name: 'libpostfix', version: '3' },
      ],
      '2026-05-01T10:00:00Z',
    );
    const plain = await resolveNow();
    expect(plain.requested).toMatchObject({ tool: 'tool', systemd: 'systemd' });
    const more = { ...definition, packages: ['tool', 'mail-transport-agent'] };
    const mirrored = await lockFor(more, 'x86-64', undefined, silent, { before: plain });
    expect(mirrored.requested).toMatchObject({ 'mail-transport-agent': 'postfix' });
    const upper = mirrored.packages.filter(({ layer }) => layer === 2).map(({ name }) => name);
    expect([mirrored.layers?.length, upper]).toEqual([2, ['libpostfix', 'postfix']]);
    expect(await lockFor(more, 'x86-64', mirrored, silent)).toBe(mirrored);
    await expect(lockFor(definition, 'x86-64', mirrored, silent)).rejects.toThrow(/holds postfix, which/);
    const phases = await plan(definition, mirrored);
    expect(phases.find(({ state }) => state === 'refused')?.what).toMatch(/holds postfix/);
    const again = await lockFor(definition, 'x86-64', undefined, silent, { before: mirrored });
    expect(again.packages).toEqual(plain.packages);
  });

  it.each([
    ['mta', 'definition_invalid', /mta is a virtual package; name one that provides it: exim4, postfix/],
    ['tool+', 'package_unknown', /package tool\+ does not exist in trixie for x86-64/],
    ['toool', 'package_unknown', /package toool does not exist in trixie for x86-64/],
    ['toool+', 'package_unknown', /package toool\+ does not exist in trixie for x86-64/],
  ])('refuses %s with its line', async (name, code, words) => {
    archive.publish(
      [
        ...others,
        base,
        { name: 'tool', version: '1' },
        { name: 'postfix', version: '3', provides: 'mta' },
        { name: 'exim4', version: '4', provides: 'mta' },
      ],
      '2026-05-01T10:00:00Z',
    );
    const text = toml.replace('["tool"]', `[\n"tool",\n"${name}",\n]`);
    const asking = lockFor(parseDefinition(text, 'image.toml', '.', 'x86-64'), 'x86-64', undefined, silent);
    await expect(asking).rejects.toMatchObject({
      code,
      details: { line: 5 },
      message: expect.stringMatching(words),
    });
  });

  it('keeps what an update chose when the update fails', async () => {
    const image = join(work, 'image');
    await mkdir(image);
    await writeFile(join(image, 'image.toml'), toml);
    const publish = (version: string, date: string) =>
      archive.publish([...others, base, { name: 'tool', version }], date);
    const run = async (...more: string[]) => {
      const program = createProgram('interlock', 'test');
      addBuild(program);
      const options = ['--arch', 'x86-64', '--version', '1', '--out', join(work, 'out'), ...more];
      await program.parseAsync(['build', image, ...options], { from: 'user' });
    };
    publish('7', '2026-06-01T10:00:00Z');
    await rm(join(work, 'archive/pool/main/tool_7_amd64.deb'));
    await expect(run('--update-lock')).rejects.toMatchObject({ code: 'package_gone' });
    const file = join(image, 'packages.lock');
    const kept = parseLock(await readFile(file), file);
    expect(kept.packages.find(({ name }) => name === 'tool')?.version).toBe('7');
    publish('8', '2026-06-02T10:00:00Z');
    await expect(run()).rejects.toMatchObject({ details: { packages: 'tool 7' } });
    expect(parseLock(await readFile(file), file)).toEqual(kept);
  });

  it('refuses an archive signed by somebody else', async () => {
    const other = makeArchive(join(work, 'other-keys'), join(work, 'other'));
    vi.stubEnv('INTERLOCK_KEYRING', other.keyring);
    await expect(resolveNow()).rejects.toMatchObject({ code: 'mirror_failed' });
    other.close();
    vi.stubEnv('INTERLOCK_KEYRING', archive.keyring);
  });
});
