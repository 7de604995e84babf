import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kernelModules } from '../../../builder/boot-file/parts/kernel-modules.ts';
import { type Reporter, silent } from '../../../builder/build-host/reporter.ts';
import { define } from '../../../builder/definition/define.ts';
import type { Definition, DefinitionFile } from '../../../builder/definition/definition.ts';
import { biosLoadersOf } from '../../../builder/grub/loader-of-lock.ts';
import { resolve } from '../../../builder/packages/archive/resolve.ts';
import { fetchPackages } from '../../../builder/packages/fetch-packages.ts';
import { allPackages, formatLock, type PackagesLock } from '../../../builder/packages/lock/packages-lock.ts';
import { findMirror } from '../../../builder/packages/network/mirror.ts';
import { build } from '../../../builder/release/build.ts';
import { prepareTree } from '../../../builder/release/prepare-tree.ts';
import { writeTree } from '../../../builder/tree/entries/write-tree.ts';
import { treeKey } from '../../../builder/tree/install/bootstrap.ts';
import { findKeptTree } from '../../../builder/tree/kept/kept-tree.ts';
import { layOverlays } from '../../../builder/tree/overlay/lay-overlays.ts';
import { sandboxMode } from '../../../builder/tree/sandbox/sandbox-mode.ts';
import { readUsers } from '../../../builder/tree/users/accounts/read-users.ts';
import { emptyUsersLock } from '../../../builder/tree/users/accounts/users-lock.ts';
import { applyUsersLock } from '../../../builder/tree/users/apply-users-lock.ts';
import { addBuild } from '../../../cli/build.ts';
import { addDisk } from '../../../cli/disk.ts';
import { addInspect } from '../../../cli/inspect.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';
import { createProgram } from '../../../system/command/command.ts';
import { openErofs } from '../../support/erofs/open-erofs.ts';

const isRoot = process.getuid?.() === 0;

/** A folder whose `unshare` makes no user namespace for root, as on machines that forbid it. */
async function forbidNamespaces(folder: string): Promise<string> {
  await mkdir(folder);
  const script = '#!/bin/sh\n[ "$1" != --user ] || exit 1\nexec /usr/bin/unshare "$@"\n';
  if (isRoot) await writeFile(join(folder, 'unshare'), script, { mode: 0o755 });
  return folder;
}

/** Runs one verb as the command line would and gives what it prints. */
async function runVerb(add: (program: Command) => void, ...argv: string[]): Promise<string> {
  const program = createProgram('interlock', 'test');
  add(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return print.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    print.mockRestore();
  }
}

describe('build', () => {
  let work: string;
  let image: string;
  let definition: Definition;
  let lock: PackagesLock;
  let first: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'build-'));
    vi.stubEnv('INTERLOCK_CACHE', join(work, 'cache'));
    image = join(work, 'tiny');
    await cp('images/tiny', image, { recursive: true, verbatimSymlinks: true });
    definition = await define(image);
    const built = await build(definition, { version: '1.0.0', out: join(work, 'first') });
    lock = built.lock;
    first = built.folder;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(work, { recursive: true });
  });

  const digests = async (folder: string) => {
    const names = (await readdir(folder)).sort();
    const hash = async (name: string) =>
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex');
    return Promise.all(names.map(async (name) => `${name} ${await hash(name)}`));
  };

  it('makes a whole release that says what it holds', async () => {
    const release = parseRelease(await readFile(join(first, 'release.json')));
    const found = await digests(first);
    const { root, boot, loader, payloads, packagesLock, sbom } = release;
    const unnamed = /^(release|provenance\.intoto)\.json /;
    expect(found.filter((line) => !unnamed.test(line))).toEqual([
      `boot.efi ${boot.sha256}`,
      `loader.efi ${loader?.sha256}`,
      `packages.lock ${packagesLock.sha256}`,
      `payload.full ${payloads[0]?.sha256}`,
      `root.erofs ${root.sha256}`,
      `root.verity ${root.verity.sha256}`,
      `sbom.cdx.json ${sbom.sha256}`,
    ]);
    expect(await readdir(join(work, 'first'))).toEqual(['tiny-1.0.0-x86-64']);
  });

  it('makes the same bytes elsewhere, all layers from nothing: other folder, time zone, umask, language, user name, one processor, and as root where that can be', async () => {
    const wider = join(work, 'wider');
    await cp(image, wider, { recursive: true, verbatimSymlinks: true });
    const toml = await readFile(join(image, 'image.toml'), 'utf8');
    await writeFile(join(wider, 'image.toml'), toml.replace(/^kernel = .*$/m, '$&\npackages = ["less"]'));
    const installs: string[] = [];
    const listen: Reporter = (what) => {
      if (what.startsWith('install ')) installs.push(what);
      return { at() {}, end() {} };
    };
    const onTop = { version: '1.0.0', out: join(work, 'wider-out'), before: lock };
    const here = await build(await define(wider), onTop, listen);
    expect(installs).toEqual([expect.stringMatching(/^install \d packages \(layer 2 of 2\)$/)]);
    const elsewhere = join(work, 'else where/image');
    await cp(wider, elsewhere, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(work, 'given.lock'), formatLock(here.lock));
    await cp(join(work, 'cache/packages'), join(work, 'other-cache/packages'), { recursive: true });
    const program = ['bin/interlock', 'build', elsewhere, '--version', '1.0.0', '--offline'].map((word) =>
      word.startsWith('bin/') ? resolvePath(word) : word,
    );
    const locks = ['--lock', join(work, 'given.lock'), '--out', join(work, 'second')];
    execFileSync('sh', ['-c', 'umask 077; exec taskset -c 0 "$@"', 'sh', ...program, ...locks], {
      cwd: '/',
      stdio: 'ignore',
      env: {
        PATH: `${await forbidNamespaces(join(work, 'programs'))}:${process.env.PATH}`,
        HOME: join(work, 'nobody'),
        TZ: 'Pacific/Kiritimati',
        LANG: 'de_DE.UTF-8',
        LC_ALL: 'tr_TR.UTF-8',
        USER: 'somebody',
        INTERLOCK_CACHE: join(work, 'other-cache'),
      },
    });
    expect(await digests(join(work, 'second/tiny-1.0.0-x86-64'))).toEqual(await digests(here.folder));
    await rm(join(work, 'other-cache'), { recursive: true });
  });

  it('is installed again on another machine and compared, and what differs is named', async () => {
    const changed = join(work, 'otherwise');
    await cp(image, changed, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(changed, 'overlay/etc/otherwise'), 'other\n');
    const kept = await readdir(join(work, 'cache/trees'));
    // all but this file is the same
    await expect(runVerb(addBuild, 'build', changed, '--offline', '--verify', first)).rejects.toMatchObject({
      code: 'not_reproduced',
      message: expect.stringMatching(
        /^root\.erofs changed\n {2}\/etc\/otherwise added, from .*\/overlay\/etc\/otherwise\nroot\.verity changed$/m,
      ),
    });
    expect(await readdir(join(work, 'cache/trees'))).toEqual(kept);
  });

  it('makes a root that fsck.erofs finds clean', () => {
    const { status, stdout, stderr } = spawnSync('fsck.erofs', [join(first, 'root.erofs')], {
      encoding: 'utf8',
    });
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it.skipIf(!isRoot)('makes a root that the kernel mounts and that equals its tar (needs root)', async () => {
    const installed = await findKeptTree(treeKey(lock));
    await layOverlays(installed!, definition);
    const files = await fetchPackages(allPackages(lock), null, silent, image);
    const bios = (await biosLoadersOf(lock, files))!;
    const { tree: root } = await prepareTree(installed!, definition, { version: '1.0.0', bios });
    const tar = join(work, 'root.tar');
    await writeFile(tar, writeTree(root, Date.parse(lock.date) / 1000));
    const mount = join(work, 'mount');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'erofs', '-o', 'loop,ro', join(first, 'root.erofs'), mount]);
    try {
      const compare = ['--compare', '--numeric-owner', '--xattrs', '--file', tar, '-C', mount];
      const { status, stdout, stderr } = spawnSync('tar', compare, { encoding: 'utf8' });
      expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
      const found = execFileSync('find', [mount, '-printf', 'x'], { encoding: 'utf8' }).length;
      expect(found).toBe(root.size);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it('gives the numbers of a lock to accounts that are otherwise as an install without one makes them', async () => {
    const plain = (await findKeptTree(treeKey(lock)))!;
    const moved = new Map(plain);
    const { users, groups } = await readUsers(plain);
    const other = (number: number) => (number >= 100 && number <= 999 ? 1099 - number : number);
    const usersLock = {
      ...emptyUsersLock,
      users: new Map(users.map((user) => [user.name, { ...user, uid: other(user.uid), shell: '/of/old' }])),
      groups: new Map(groups.map((group) => [group.name, { ...group, gid: other(group.gid) }])),
    };
    const moves = await applyUsersLock(moved, usersLock);
    expect(moves.uids.length).toBeGreaterThan(0);
    const now = await readUsers(moved);
    expect(now.users).toEqual(users.map((user) => ({ ...user, uid: other(user.uid), gid: other(user.gid) })));
    expect(now.groups).toEqual(groups.map((group) => ({ ...group, gid: other(group.gid) })));
    const changed = [...plain.values()].filter(({ path }) => moved.get(path) !== plain.get(path));
    expect(changed.map(({ path }) => path)).toEqual(expect.arrayContaining(['etc/passwd', 'etc/group']));
    for (const { path, uid, gid } of plain.values()) {
      expect(moved.get(path)).toMatchObject({ uid: other(uid), gid: other(gid) });
    }
  });

  it('makes a boot file whose command line names the root hash', async () => {
    const release = parseRelease(await readFile(join(first, 'release.json')));
    const section = (name: string) => {
      const file = join(work, 'section');
      execFileSync('objcopy', ['-O', 'binary', `--only-section=${name}`, join(first, 'boot.efi'), file], {
        stdio: 'ignore',
      });
      return readFile(file);
    };
    const cmdline = (await section('.cmdline')).toString().split(' ');
    expect(cmdline).toContain(`interlock.roothash=${release.root.verity.rootHash}`);
    expect((await section('.osrel')).toString()).toContain('IMAGE_VERSION="1.0.0"');
    expect((await section('.linux')).subarray(0x202, 0x206).toString()).toBe('HdrS');
    expect((await section('.initrd')).subarray(0, 6).toString()).toBe('070701');
  });

  it('is shown by inspect, which notices a damaged file', async () => {
    const shown = await runVerb(addInspect, 'inspect', first, '--packages');
    expect(shown).toContain('tiny 1.0.0 x86-64');
    expect(shown).toMatch(/^root\.erofs .* ok$/m);
    expect(shown).toMatch(/^systemd .* amd64$/m);
    const payload = JSON.parse(await runVerb(addInspect, '--json', 'inspect', join(first, 'payload.full')));
    const release = parseRelease(await readFile(join(first, 'release.json')));
    expect(payload.rootHash).toBe(release.root.verity.rootHash);
    const written = payload.operations.reduce(
      (sum: number, { length }: { length: number }) => sum + length,
      0,
    );
    // the hash tree is the host's to compute
    expect(written).toBe(release.root.size + release.boot.size);

    const damaged = join(work, 'damaged');
    await cp(first, damaged, { recursive: true });
    const boot = await readFile(join(damaged, 'boot.efi'));
    boot[boot.length - 1]! ^= 1;
    await writeFile(join(damaged, 'boot.efi'), boot);
    await rm(join(damaged, 'sbom.cdx.json'));
    const lines = await runVerb(addInspect, 'inspect', damaged);
    expect(lines).toMatch(/^boot\.efi .* damaged$/m);
    expect(lines).toMatch(/^sbom\.cdx\.json .* missing$/m);
  });

  it('becomes a disk with the slots of its definition', async () => {
    const disk = join(work, 'tiny.raw');
    await runVerb(addDisk, 'disk', first, '--out', disk, '--state-size', '64 MiB');
    const table = execFileSync('sgdisk', ['--verify', '--print', disk], { encoding: 'utf8' });
    expect(table).toContain('No problems found');
    expect(table).toMatch(/512\.0 MiB\s+\S+\s+root-a/);
    expect(table).toMatch(/16\.0 MiB\s+\S+\s+verity-b/);
    await rm(disk);
  });

  it('builds a changed overlay without installing anything again', async () => {
    const changed = join(work, 'changed');
    await cp(image, changed, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(changed, 'overlay/etc/motd'), 'hello\n');
    const steps: string[] = [];
    const report: Reporter = (step, total) => {
      steps.push(step);
      return silent(step, total);
    };
    const options = { version: '1.0.1', out: join(work, 'third'), lock, offline: true };
    const { folder } = await build(await define(changed), options, report);
    expect(steps).toEqual(['normalise', 'pack root and verity', 'compress payload']);
    const root = await openErofs(join(folder, 'root.erofs'));
    expect((await root.readFile('etc/motd')).toString()).toBe('hello\n');
    expect((await root.readFile('usr/lib/os-release')).toString()).toContain('VERSION_ID="1.0.1"');
    await root.close();
  });

  it('composes: another image, a tar laid over it, and a script run in the tree', async () => {
    const site = join(work, 'site');
    await mkdir(join(site, 'tool/opt-tool'), { recursive: true });
    await writeFile(join(site, 'tool/opt-tool/data'), 'from the tar\n');
    execFileSync('tar', [
      '-czf',
      join(site, 'tool.tar.gz'),
      '-C',
      join(site, 'tool'),
      '--transform',
      's,^./opt-tool,usr/share/tool,',
      './opt-tool',
    ]);
    await writeFile(
      join(site, 'compose'),
      '#!/bin/sh -e\ncat /usr/share/tool/data > /usr/share/tool/copy\nuname -m >> /usr/share/tool/copy\n',
      { mode: 0o755 },
    );
    const toml = [
      'include = ["../tiny"]',
      'name = "site"',
      'scripts = ["compose"]',
      'remove = ["/usr/share/tool/data"]',
      '[[sources]]',
      'tar = "tool.tar.gz"',
    ];
    await writeFile(join(site, 'image.toml'), toml.join('\n'));
    const options = { version: '1', out: join(work, 'composed'), lock, offline: true };
    const { folder } = await build(await define(site), options);
    const root = await openErofs(join(folder, 'root.erofs'));
    expect((await root.readFile('usr/share/tool/copy')).toString()).toMatch(
      /^from the tar\n(x86_64|aarch64)\n$/,
    );
    expect(await root.find('usr/share/tool/data')).toBeNull();
    await root.close();
    expect(parseRelease(await readFile(join(folder, 'release.json'))).name).toBe('site');

    await writeFile(join(site, 'image.toml'), [...toml, `sha256 = "${'0'.repeat(64)}"`].join('\n'));
    const other = { ...options, version: '2' };
    await expect(build(await define(site), other)).rejects.toThrow(
      /tool\.tar\.gz: has SHA-256 .*image\.toml says 0000/,
    );
  });

  it('refuses an image that outgrows its slot, and leaves nothing behind', async () => {
    const small = { ...definition, slots: { root: 64 * 2 ** 20, verity: 2 ** 20 } };
    const options = { version: '1', out: join(work, 'small'), lock, offline: true };
    await expect(build(small, options)).rejects.toMatchObject({
      code: 'image_too_big',
      details: { part: 'root', room: 64 * 2 ** 20 },
    });
    expect(await readdir(join(work, 'small'))).toEqual([]);
  });

  it('refuses a lock that lacks a package, and a version that is there', async () => {
    const wanting = { ...definition, packages: [...definition.packages, 'vim'] };
    const out = join(work, 'first');
    await expect(build(wanting, { version: '2', out, lock })).rejects.toThrow(/lacks vim/);
    await expect(build(definition, { version: '1.0.0', out, lock })).rejects.toMatchObject({
      code: 'exists',
    });
  });

  it('names the line of a package that the suite does not have', async () => {
    const [{ file, text: whole }] = definition.files as [DefinitionFile];
    const text = whole.replace(/^suite.*$/m, '$&\npackages = [\n  "less",\n  "no-such-package",\n]');
    const packages = [...definition.packages, 'no-such-package'];
    const unknown = { ...definition, files: [{ file, text }], packages };
    const line = text.split('\n').findIndex((each) => each.includes('no-such-package')) + 1;
    await expect(resolve(unknown, lock.arch, await findMirror())).rejects.toMatchObject({
      code: 'package_unknown',
      details: { package: 'no-such-package', suite: 'trixie', line },
    });
  });

  it('refuses a module that the kernel does not have', async () => {
    const root = (await findKeptTree(treeKey(lock)))!;
    const kernel = [...root.keys()].find((path) => /^usr\/lib\/modules\/[^/]+$/.test(path))!.split('/')[3]!;
    const wanting = { ...definition, modules: ['vfat', 'no-such'] };
    await expect(kernelModules(root, kernel, wanting)).rejects.toThrow(
      /module no_such is not in this kernel/,
    );
    const { load } = await kernelModules(root, kernel, { ...definition, modules: ['vfat'] });
    const names = load.map((path) => path.replace(/^.*\//, ''));
    expect(names.indexOf('fat.ko')).toBeGreaterThan(-1);
    expect(names.indexOf('fat.ko')).toBeLessThan(names.indexOf('vfat.ko'));
  });
});

describe('sandboxMode', () => {
  it('finds a way that works on this machine', async () => {
    const mode = await sandboxMode();
    expect(['unshare', ...(isRoot ? ['root'] : [])]).toContain(mode);
  });
});
