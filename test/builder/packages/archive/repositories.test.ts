import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silent } from '../../../../builder/build-host/reporter.ts';
import { define, parseDefinition } from '../../../../builder/definition/define.ts';
import { fetchPackages } from '../../../../builder/packages/fetch-packages.ts';
import { formatLock, type PackagesLock, parseLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { requiredPackages } from '../../../../builder/packages/lock/required-packages.ts';
import { lockFor } from '../../../../builder/packages/lock-for.ts';
import { findMirror } from '../../../../builder/packages/network/mirror.ts';
import { type Archive, type ArchivePackage, makeArchive } from '../../support/make-archive.ts';
import { type Noting, serveFolder } from './serve-archive.ts';

const head = (packages: string) => `name = "x"
suite = "trixie"
packages = [${packages}]
slots.root = "1 GiB"
slots.verity = "16 MiB"
`;
const cloud = 'kernel = "cloud"\n';
const needed: ArchivePackage[] = [
  { name: 'base-files', version: '13', essential: true },
  ...requiredPackages(parseDefinition(`${head('')}${cloud}`, 'image.toml', '.', 'x86-64'), 'x86-64').map(
    (name) => ({ name, version: '1' }),
  ),
];
const web = (version: string): ArchivePackage[] => [
  { name: 'web', version, depends: `web-common (= ${version})`, fields: ['Source: web-src'] },
  { name: 'web-common', version, fields: ['Source: web-src'] },
];
const today = '2026-03-01T10:00:00Z';
const backports = { lines: ['NotAutomatic: yes', 'ButAutomaticUpgrades: yes'] };

describe('repositories', () => {
  let work: string;
  let dir: string;
  let archive: Archive;
  let vendor: Archive;
  let server: Noting;
  let shop: Noting;
  let keyHash: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'repositories-'));
    archive = makeArchive(join(work, 'keys'), join(work, 'archive'));
    archive.publish(
      [
        ...needed,
        ...web('1.26.3'),
        {
          name: 'box',
          version: '5',
          fields: ['Recommends: web (>= 1), rare | jail | web-common, missing, mail'],
        },
        { name: 'jail', version: '1', fields: ['Recommends: deep'] },
        { name: 'deep', version: '1' },
        { name: 'post', version: '1', fields: ['Provides: mail'] },
        { name: 'linux-image-rt-amd64', version: '6.12' },
        { name: 'linux-image-amd64', version: '6.12' },
      ],
      today,
    );
    archive.add(
      'trixie-backports',
      [...web('1.28.0'), { name: 'linux-image-amd64', version: '7.3' }],
      today,
      backports,
    );
    archive.add('older', web('1.22.1'), today);
    vendor = makeArchive(join(work, 'vendor-keys'), join(work, 'vendor'));
    vendor.publish([], today);
    vendor.add('stable', [{ name: 'kubelet', version: '1.34' }], today);
    vendor.add('flat/', [{ name: 'flat-tool', version: '2' }], today);
    keyHash = createHash('sha256').update(readFileSync(vendor.keyring)).digest('hex');
  });
  afterAll(async () => {
    archive.close();
    vendor.close();
    await rm(work, { recursive: true });
  });
  beforeEach(async () => {
    server = await serveFolder(join(work, 'archive'));
    shop = await serveFolder(join(work, 'vendor'));
    dir = await mkdtemp(join(work, 'image-'));
    vi.stubEnv('INTERLOCK_CACHE', await mkdtemp(join(work, 'cache-')));
    vi.stubEnv('INTERLOCK_MIRROR', server.url);
    vi.stubEnv('INTERLOCK_KEYRING', archive.keyring);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await shop.close();
  });

  const read = (packages: string, more = '', kernel = cloud) => {
    writeFileSync(join(dir, 'image.toml'), `${head(packages)}${kernel}${more}`);
    return define(dir, 'x86-64');
  };
  const choose = async (...text: Parameters<typeof read>) =>
    lockFor(await read(...text), 'x86-64', undefined, silent);
  const fetchAll = async (lock: PackagesLock) =>
    fetchPackages(lock.packages, await findMirror(), silent, dir);
  const find = (lock: PackagesLock, sought: string) => lock.packages.find(({ name }) => name === sought);
  const withBackports = '[[repositories]]\nsuite = "trixie-backports"\n';

  it('takes from backports what is asked for there, with what that needs, and nothing else', async () => {
    const plain = await choose('"web"', withBackports);
    expect(find(plain, 'web')).toMatchObject({ version: '1.26.3' });
    const asked = await choose('"web/trixie-backports"', withBackports, 'kernel = "generic"\n');
    expect(find(asked, 'web')).toMatchObject({ version: '1.28.0' });
    expect(find(asked, 'web-common')).toMatchObject({ version: '1.28.0' });
    expect(find(asked, 'web')).not.toHaveProperty('repository');
    expect(find(asked, 'linux-image-amd64')).toMatchObject({ version: '6.12' });
    await fetchAll(asked);
  });

  it('does not take a lock for another suite than asked for', async () => {
    const lock = await choose('"web"', withBackports);
    const definition = await read('"web/trixie-backports"', withBackports);
    await expect(lockFor(definition, 'x86-64', lock, silent)).rejects.toThrow(/lacks web\/trixie-backports/);
  });

  it('holds a version, also an older one, for all packages of the source', async () => {
    const older = '[[repositories]]\nsuite = "older"\n';
    const lock = await choose('"web=1.22.*"', older);
    expect(find(lock, 'web')).toMatchObject({ version: '1.22.1' });
    expect(find(lock, 'web-common')).toMatchObject({ version: '1.22.1' });
  });

  it('says which versions there are, where, and in which line the other one is wished for', async () => {
    await expect(choose('"box",\n"web=1.27.*"', withBackports)).rejects.toMatchObject({
      code: 'version_unknown',
      details: { file: join(dir, 'image.toml'), line: 4 },
      message: expect.stringMatching(
        /no version satisfies web=1\.27\.\*; available: 1\.28\.0 in trixie-backports\/main of .*, 1\.26\.3 in trixie\/main of /,
      ),
    });
    await expect(choose('"web/sid"')).rejects.toMatchObject({
      code: 'version_unknown',
      details: { line: 3 },
    });
  });

  it('names what was probably meant', async () => {
    await expect(choose('"web-comon"')).rejects.toMatchObject({
      code: 'package_unknown',
      details: { line: 3 },
      message: expect.stringMatching(
        /package web-comon does not exist in trixie for x86-64; did you mean web-common\?$/,
      ),
    });
    await expect(choose('"wbe"')).rejects.toThrow(/did you mean web\?$/);
    await expect(choose('', '', 'kernel = "linux-image-rt-amd46"\n')).rejects.toMatchObject({
      details: { line: 6 },
      message: expect.stringMatching(/did you mean linux-image-rt-amd64\?$/),
    });
  });

  it('says all names and versions that there are not, each with its line', async () => {
    await expect(choose('"web-comon",\n"web=9.*",\n"nothing-like-it"')).rejects.toMatchObject({
      code: 'definition_invalid',
      message: expect.stringMatching(
        /:3: package web-comon does not exist in .*\n.*:4: no version satisfies web=9\.\*; .*\n.*:5: package nothing-like-it does not exist in trixie for x86-64$/,
      ),
    });
  });

  it('needs no initramfs tool, and refuses one with what asks for it', async () => {
    const tool = (name: string) => ({
      name,
      version: '1',
      fields: ['Provides: linux-initramfs-tool', 'Conflicts: linux-initramfs-tool'],
    });
    archive.add(
      'splash',
      [
        tool('initramfs-tools'),
        tool('dracut'),
        { name: 'plymouth', version: '1', depends: 'initramfs-tools (>= 0.120) | dracut' },
        { name: 'boot-helper', version: '1', depends: 'dracut (= 1)' },
      ],
      today,
    );
    const splash = '[[repositories]]\nsuite = "splash"\n';
    const lock = await choose('"plymouth"', splash);
    expect(find(lock, 'plymouth')).toBeDefined();
    expect(find(lock, 'initramfs-tools')).toBeUndefined();
    await expect(choose('"box",\n"initramfs-tools"', splash)).rejects.toMatchObject({
      code: 'definition_invalid',
      message: expect.stringMatching(
        /image\.toml:4: initramfs-tools makes initrds.*take initramfs-tools out/,
      ),
    });
    await expect(choose('"boot-helper"', splash)).rejects.toThrow(
      /dracut makes initrds.*leave out boot-helper/,
    );
  });

  it('says what does not fit together', async () => {
    archive.add('broken', [{ name: 'app', version: '1', depends: 'web (>= 9)' }], today);
    await expect(choose('"app"', '[[repositories]]\nsuite = "broken"\n')).rejects.toMatchObject({
      code: 'packages_conflict',
      message: expect.stringMatching(/app : Depends: web \(>= 9\)/),
    });
  });

  it('takes a kernel by the name of its package, and from backports', async () => {
    const named = await choose('', '', 'kernel = "linux-image-rt-amd64"\n');
    expect(find(named, 'linux-image-rt-amd64')).toBeDefined();
    expect(find(named, 'linux-image-cloud-amd64')).toBeUndefined();
    const newer = await choose('', withBackports, 'kernel = "linux-image-amd64/trixie-backports"\n');
    expect(find(newer, 'linux-image-amd64')).toMatchObject({ version: '7.3' });
  });

  it('takes what named packages recommend, one step deep', async () => {
    const lock = await choose('"post"', 'recommends = ["box"]\n');
    const names = lock.packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['box', 'web', 'web-common', 'jail', 'post']));
    expect(names).not.toContain('deep');
    expect(parseLock(formatLock(lock), 'packages.lock')).toEqual(lock);
    const without = await read('"post", "box"');
    await expect(lockFor(without, 'x86-64', lock, silent)).rejects.toThrow(/recommends differs in box/);
  });

  const withVendor = () => {
    copyFileSync(vendor.keyring, join(dir, 'vendor.gpg'));
    const key = `url = "${shop.url}/"\nkey = "vendor.gpg"\nkey_sha256 = "${keyHash}"\n`;
    return `[[repositories]]\nsuite = "stable"\n${key}[[repositories]]\nsuite = "flat/"\n${key}`;
  };

  it('takes packages of a vendor by its key, and a locked build fetches them there', async () => {
    const lock = await choose('"kubelet", "flat-tool"', withVendor());
    expect(find(lock, 'kubelet')).toMatchObject({
      repository: shop.url,
      path: 'pool/main/kubelet_1.34_amd64.deb',
    });
    expect(find(lock, 'flat-tool')).toMatchObject({
      repository: shop.url,
      path: 'flat/flat-tool_2_amd64.deb',
    });
    const again = parseLock(formatLock(lock), 'packages.lock');
    expect(again).toEqual(lock);
    await fetchAll(again);
    await expect(lockFor(await read('"kubelet", "flat-tool"'), 'x86-64', again, silent)).rejects.toThrow(
      /takes flat-tool from http.*, which the definition does not name/,
    );
  });

  it('refuses a vendor’s repository with another key, and another file in the key’s place', async () => {
    const good = withVendor();
    copyFileSync(archive.keyring, join(dir, 'vendor.gpg'));
    await expect(choose('"kubelet"', good)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { problem: expect.stringMatching(/vendor\.gpg has SHA-256 .*, not key_sha256/) },
    });
    const other = createHash('sha256').update(readFileSync(archive.keyring)).digest('hex');
    await expect(choose('"kubelet"', good.replaceAll(keyHash, other))).rejects.toMatchObject({
      code: 'mirror_failed',
      message: expect.stringContaining('NO_PUBKEY'),
    });
  });

  const putDeb = (text: string, version = '1') => {
    const source = join(work, 'own');
    mkdirSync(join(source, 'DEBIAN'), { recursive: true });
    const control = `Package: web\nVersion: ${version}\nArchitecture: all\nMaintainer: T\nDescription: ${text}\n`;
    writeFileSync(join(source, 'DEBIAN/control'), control);
    mkdirSync(join(dir, 'debs/more'), { recursive: true });
    const file = join(dir, `debs/more/web_${version}_all.deb`);
    execFileSync('dpkg-deb', ['-Znone', '--root-owner-group', '--build', source, file], { stdio: 'ignore' });
    rmSync(source, { recursive: true });
    return file;
  };
  const withFolder = '[[repositories]]\nfolder = "debs"\n';

  it('takes packages of a folder before all others, by hash, also offline', async () => {
    const file = putDeb('first');
    const lock = await choose('"web"', withFolder);
    expect(find(lock, 'web')).toMatchObject({ version: '1', repository: 'debs', path: 'more/web_1_all.deb' });
    expect(find(lock, 'web-common')).toBeUndefined();
    const files = await fetchAll(lock);
    expect(readFileSync(files.get(find(lock, 'web')!.sha256)!)).toEqual(readFileSync(file));
    rmSync(file);
    expect((await fetchPackages(lock.packages, null, silent, dir)).size).toBe(lock.packages.length);
  });

  it('refuses a package of a folder that changed under the same version', async () => {
    putDeb('first');
    const lock = await choose('"web"', withFolder);
    await fetchAll(lock);
    putDeb('second');
    await expect(fetchAll(lock)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(
        /more\/web_1_all\.deb: has SHA-256 .*, packages\.lock says .* of web 1; build with --update-lock/,
      ),
    });
    const next = await choose('"web"', withFolder);
    await fetchAll(next);
  });

  it('names a file of a folder that is no package', async () => {
    mkdirSync(join(dir, 'debs'));
    writeFileSync(join(dir, 'debs/broken.deb'), 'text');
    await expect(choose('"web"', withFolder)).rejects.toThrow(/debs\/broken\.deb: is not a Debian package/);
  });
});
