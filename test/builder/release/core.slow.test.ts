import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { define } from '../../../builder/definition/define.ts';
import { requireFit } from '../../../builder/disk/fit/require-fit.ts';
import {
  platforms as facts,
  type PlatformName,
  platformNames,
} from '../../../builder/platforms/platforms.ts';
import { build } from '../../../builder/release/build.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';

let work: string;
let root: string;
let release: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'core-'));
  root = join(work, 'root');
  release = (await build(await define('images/core'), { version: '1', out: work })).folder;
  execFileSync('fsck.erofs', [`--extract=${root}`, join(release, 'root.erofs')], { stdio: 'ignore' });
});
afterAll(() => rm(work, { recursive: true, force: true }));

const has = (path: string) => existsSync(join(root, path));
const list = (path: string) => (has(path) ? readdirSync(join(root, path)) : []);

it('brings what a host for containers needs', () => {
  const programs = [
    'bin/docker',
    'sbin/dockerd',
    'bin/containerd',
    'bin/etcd',
    'bin/etcdctl',
    'sbin/sshd',
    'bin/interlock-agent',
    'bin/systemd-repart',
    'bin/bootctl',
  ];
  expect(programs.filter((program) => !has(`usr/${program}`))).toEqual([]);
  for (const unit of ['docker', 'etcd', 'ssh', 'systemd-networkd']) {
    expect(list('usr/lib/systemd/system/multi-user.target.wants')).toContain(`${unit}.service`);
  }
});

it('starts on each platform that it names, and on metal not', async () => {
  const { platforms } = await define('images/core');
  expect(platforms.toSorted()).toEqual(platformNames.filter((name) => name !== 'metal'));
  const made = parseRelease(await readFile(join(release, 'release.json')));
  const judge = (name: PlatformName, out: string) => requireFit(name, release, made, out);
  const outs = {
    vhd: 'x.vhd',
    vdi: 'x.vdi',
    ova: 'x.ova',
    gce: 'x.tar.gz',
    'raw.zst': 'x.zst',
    raw: 'x',
    qcow2: 'x',
  };
  for (const name of platforms)
    expect(await judge(name, outs[facts[name].format])).toMatchObject({ platform: name, warnings: [] });
  await expect(judge('metal', 'disk')).rejects.toMatchObject({ code: 'platform_unfit' });
});

it('has no package manager, compiler, Perl or Python', () => {
  const programs = [...list('usr/bin'), ...list('usr/sbin')];
  const unwanted = /^(perl|python|dpkg|apt|pip|gcc|g\+\+|cc|cpp|ld|as|make|debconf|adduser)([\d.-]|$)(?!so$)/;
  expect(programs.filter((name) => unwanted.test(name))).toEqual([]);
  expect(list('usr/lib').filter((name) => /^(perl|python)/.test(name))).toEqual([]);
  expect(readFileSync(join(root, 'usr/lib/sysimage/dpkg/status'), 'utf8')).toContain(
    'Package: openssh-server',
  );
});

it('has no script whose interpreter is gone', () => {
  const folders = ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/libexec', 'etc'].filter(has);
  const found = execFileSync('grep', ['-rIl', '-m1', '^#!', ...folders], { cwd: root, maxBuffer: 1 << 24 });
  const scripts = found.toString().trim().split('\n');
  expect(scripts.length).toBeGreaterThan(5);
  const broken = scripts.flatMap((script) => {
    const [, program = '', argument = ''] = /^#! *(\S+)(?: +(\S+))?/.exec(head(script)) ?? [];
    const interpreter = program.endsWith('/env') ? `/usr/bin/${argument}` : program;
    return interpreter === '' || isThere(interpreter) ? [] : [`${script} ${interpreter}`];
  });
  expect(broken).toEqual([]);
});

it.skipIf(process.getuid?.() !== 0)('has units that its own systemd finds sound (needs root)', () => {
  const folder = join(root, 'usr/lib/systemd/system');
  const units = readdirSync(folder).filter((name) => /^interlock-.*\.(service|timer)$/.test(name));
  expect(units.length).toBeGreaterThan(5);
  const { stderr } = spawnSync('chroot', [root, '/usr/bin/systemd-analyze', 'verify', ...units], {
    encoding: 'utf8',
  });
  expect(stderr.split('\n').filter((line) => line.includes('interlock'))).toEqual([]);
});

it('takes keys only over SSH', () => {
  const settings = readFileSync(join(root, 'etc/ssh/sshd_config.d/10-interlock.conf'), 'utf8');
  expect(readFileSync(join(root, 'etc/ssh/sshd_config'), 'utf8')).toMatch(
    /^Include \/etc\/ssh\/sshd_config.d/m,
  );
  expect(settings).toMatch(/^PasswordAuthentication no$/m);
  expect(settings).toMatch(/^KbdInteractiveAuthentication no$/m);
  const shadow = readFileSync(join(root, 'etc/shadow'), 'utf8').trim().split('\n');
  expect(shadow.filter((line) => !/^[^:]+:[!*]/.test(line))).toEqual([]);
  expect(list('etc/ssh').filter((name) => name.startsWith('ssh_host'))).toEqual([]);
});

it('leaves to the host what is the host’s', () => {
  expect(list('var')).toEqual([]);
  for (const link of ['root', 'home', 'opt', 'srv', 'usr/local']) {
    expect(lstatSync(join(root, link)).isSymbolicLink(), link).toBe(true);
  }
  expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe('');
});

it('leaves half of its slots free, and its hooks are scripts that parse', async () => {
  const { root: image, slots } = JSON.parse(await readFile(join(release, 'release.json'), 'utf8'));
  expect(image.size).toBeLessThan(slots.root / 2);
  const folders = ['health.d', 'hooks/pre-reboot.d', 'hooks/post-confirm.d'];
  const scripts = folders.flatMap((folder) =>
    list(`etc/interlock/${folder}`).map((name) => join(root, 'etc/interlock', folder, name)),
  );
  expect(scripts.length).toBeGreaterThan(3);
  for (const script of scripts) {
    execFileSync('sh', ['-n', script]);
    expect(lstatSync(script).mode & 0o111, script).toBe(0o111);
  }
});

function head(script: string): string {
  return readFileSync(join(root, script), 'latin1').slice(0, 200);
}

/** Follows links inside the image: `/bin/sh` is `usr/bin/sh`, which is `dash`. */
function isThere(path: string): boolean {
  const inside = join(root, path.replace(/^\/(s?bin)\//, '/usr/$1/'));
  return lstatSync(inside, { throwIfNoEntry: false }) !== undefined;
}
