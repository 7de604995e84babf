import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reporter } from '../../../../builder/build-host/reporter.ts';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import type { Definition } from '../../../../builder/definition/definition.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { type Additions, normalise } from '../../../../builder/tree/normalise/normalise.ts';
import { scrub } from '../../../../builder/tree/normalise/scrub.ts';
import { layOverlays, overlaidPaths } from '../../../../builder/tree/overlay/lay-overlays.ts';

const toml = `name = "tiny"
suite = "trixie"
kernel = "cloud"
packages = []
units = [
  "web.service",
  "getty@ttyS0.service",
]
mask = ["noise.service"]
remove = ["/usr/share/games"]
[slots]
root = "512 MiB"
verity = "16 MiB"
`;
const units = 'usr/lib/systemd/system';

let overlay: string;
beforeEach(async () => {
  overlay = await mkdtemp(join(tmpdir(), 'overlay-'));
});
afterEach(() => rm(overlay, { recursive: true }));

function sample(): Tree {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  putDirectory(tree, 'tmp');
  putFile(
    tree,
    `${units}/web.service`,
    '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\nAlias=www.service\n',
  );
  putFile(tree, `${units}/getty@.service`, '[Install]\nWantedBy=getty.target\n');
  return tree;
}

const define = (text = toml) => ({ ...parseDefinition(text, 'image.toml', '.'), overlays: [overlay] });
const finish = async (tree: Tree, definition: Definition, additions: Additions) => {
  await layOverlays(tree, definition);
  await normalise(tree, definition, await overlaidPaths(tree, definition), additions);
};
const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();

describe('normalise', () => {
  it('keeps what an overlay puts where everything else goes, with its folders', async () => {
    const tree = sample();
    for (const path of ['boot/grub/own/x', 'boot/grub/theirs', 'tmp/a/b', 'run/c/d'])
      putFile(tree, path, 'x');
    await scrub(tree, new Set(['boot/grub/own/x', 'tmp/a/b']));
    const left = [...tree.keys()].filter((path) => /^(boot|tmp|run)\//.test(path));
    expect(left.toSorted()).toEqual(['boot/grub', 'boot/grub/own', 'boot/grub/own/x', 'tmp/a', 'tmp/a/b']);
  });

  it('takes out what belongs to one machine or one moment', async () => {
    const tree = sample();
    const gone = [
      'etc/ssh/ssh_host_ed25519_key',
      'etc/fstab',
      'etc/hostname',
      'etc/resolv.conf',
      'etc/passwd-',
      'etc/.pwd.lock',
      'etc/apt/sources.list',
      'boot/vmlinuz-6',
      'vmlinuz',
      'tmp/x',
      'run/systemd/x',
      'dev/null',
      'var/log/dpkg.log',
      'var/cache/debconf/config.dat',
      'var/lib/systemd/random-seed',
      'var/lib/dpkg/status-old',
      'usr/lib/python3/__pycache__/a.pyc',
      'usr/share/games/chess',
    ];
    const stays = ['etc/ssh/ssh_config', 'etc/passwd', 'usr/share/x'];
    for (const path of [...gone, ...stays]) putFile(tree, path, 'x');
    await finish(tree, define(), { version: '1.0.0' });
    expect(gone.filter((path) => tree.has(path))).toEqual([]);
    expect(stays.filter((path) => !tree.has(path))).toEqual([]);
    const folders = ['dev', 'efi', 'proc', 'run', 'sys', 'tmp', 'var', 'etc/interlock'];
    expect(folders.filter((path) => tree.get(path)?.type !== 'directory')).toEqual([]);
    expect(tree.get('tmp')?.mode).toBe(0o1777);
    expect(await text(tree, 'etc/machine-id')).toBe('');
  });

  it('forgets the day of a password and nothing else of shadow', async () => {
    const tree = sample();
    putFile(tree, 'etc/shadow', 'root:*:20411:0:99999:7:::\nsystemd-network:!*:20411:::::1:\n', 0o640);
    await finish(tree, define(), { version: '1' });
    expect(await text(tree, 'etc/shadow')).toBe('root:*::0:99999:7:::\nsystemd-network:!*::::::1:\n');
    expect(tree.get('etc/shadow')?.mode).toBe(0o640);
  });

  it('enables units under /usr, also those that packages enabled in /etc', async () => {
    const tree = sample();
    putSymlink(tree, 'etc/systemd/system/timers.target.wants/trim.timer', `/${units}/trim.timer`);
    await finish(tree, define(), { version: '1' });
    expect(tree.get(`${units}/multi-user.target.wants/web.service`)?.linkname).toBe('../web.service');
    expect(tree.get(`${units}/www.service`)?.linkname).toBe('web.service');
    expect(tree.get(`${units}/getty.target.wants/getty@ttyS0.service`)?.linkname).toBe('../getty@.service');
    expect(tree.get(`${units}/timers.target.wants/trim.timer`)?.linkname).toBe('../trim.timer');
    expect([...tree.keys()].filter((path) => path.startsWith('etc/systemd/system/'))).toEqual([]);
  });

  it('keeps the day of a password that must be changed, and what else was set for an account', async () => {
    const lines = [
      'first:$y$x:0:0:99999:7:::',
      'aged:$y$x:20411:0:90:7:14::',
      'left:!$y$x:20411:0:99999:7::20500:',
      'open::20411:0:99999:7:::',
    ];
    const tree = sample();
    putFile(tree, 'etc/shadow', lines.join('\n'), 0o640);
    await normalise(tree, define(), new Set(), { version: '1' });
    expect((await text(tree, 'etc/shadow')).split('\n')).toEqual([
      'first:$y$x:0:0:99999:7:::',
      'aged:$y$x:20411:0:90:7:14::',
      'left:!$y$x::0:99999:7::20500:',
      'open:::0:99999:7:::',
    ]);
  });

  it('masks the units whose output would shadow later versions', async () => {
    const tree = sample();
    const masked = [
      'ldconfig',
      'systemd-hwdb-update',
      'systemd-journal-catalog-update',
      'systemd-update-done',
    ];
    for (const unit of masked) putFile(tree, `${units}/${unit}.service`, '[Service]\n');
    await finish(tree, define(), { version: '1' });
    const links = masked.map((unit) => tree.get(`${units}/${unit}.service`)?.linkname);
    expect(links).toEqual(masked.map(() => '/dev/null'));
    expect(tree.has(`${units}/apt-daily.timer`)).toBe(false);
    expect(tree.get(`${units}/noise.service`)?.linkname).toBe('/dev/null');
  });

  it.each([
    ['absent.service', 6, /in no package/],
    ['plain.service', 6, /no \[Install\]/],
  ])('names the line of a unit that cannot be enabled: %s', async (unit, line, problem) => {
    const tree = sample();
    putFile(tree, `${units}/plain.service`, '[Service]\nExecStart=/x\n');
    const definition = define(toml.replace('web.service', unit));
    await expect(finish(tree, definition, { version: '1' })).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line, problem: expect.stringMatching(problem) },
    });
  });

  it('lays the overlay over the tree as files of root', async () => {
    const tree = sample();
    await mkdir(join(overlay, 'etc/conf.d'), { recursive: true });
    await writeFile(join(overlay, 'etc/conf.d/a'), 'mine', { mode: 0o600 });
    await writeFile(join(overlay, 'etc/run.sh'), '#!', { mode: 0o700 });
    await chmod(join(overlay, 'etc/conf.d'), 0o700);
    await symlink('a', join(overlay, 'etc/conf.d/b'));
    putFile(tree, 'etc/conf.d/a', 'theirs', 0o777);
    await finish(tree, define(), { version: '1' });
    expect(await text(tree, 'etc/conf.d/a')).toBe('mine');
    expect(tree.get('etc/conf.d/a')).toMatchObject({ mode: 0o600, uid: 0, gid: 0 });
    expect(tree.get('etc/run.sh')?.mode).toBe(0o700);
    expect(tree.get('etc/conf.d')?.mode).toBe(0o755);
    expect(tree.get('etc/conf.d/b')).toMatchObject({ type: 'symlink', linkname: 'a' });
  });

  it('keeps what the overlay brings though it is one machine’s', async () => {
    const tree = sample();
    putDirectory(tree, 'usr/etc');
    putFile(tree, 'etc/resolv.conf', 'of the build machine');
    putFile(tree, 'etc/hostname', 'of the build machine');
    putSymlink(tree, 'etc/network', '../usr/etc');
    await mkdir(join(overlay, 'etc/network'), { recursive: true });
    await symlink('../run/systemd/resolve/stub-resolv.conf', join(overlay, 'etc/resolv.conf'));
    await finish(tree, define(), { version: '1' });
    expect(tree.get('etc/resolv.conf')?.type).toBe('symlink');
    expect(tree.has('etc/hostname')).toBe(false);
  });

  it('says with its line which glob names nothing', async () => {
    const warnings: string[] = [];
    const report: Reporter = Object.assign(() => ({ at() {}, end() {} }), {
      warn: (line: string) => warnings.push(line),
    });
    const state = '[state]\nseed = ["/home/*"]\nlink = [\n  "/opt/x",\n  "/opt/z",\n]\n';
    const globs = toml.replace('"/usr/share/games"', '\n  "/none/*",\n  "/tmp",\n');
    const tree = sample();
    putFile(tree, 'opt/x/y', '');
    await normalise(tree, define(`${globs}${state}`), new Set(), { version: '1' }, undefined, report);
    expect(warnings).toEqual([
      'image.toml:11: remove: /none/* matches nothing',
      'image.toml:18: state.seed: /home/* matches nothing',
      'image.toml:21: state.link: /opt/z matches nothing',
    ]);
  });

  it('names the release and carries what it trusts', async () => {
    const tree = sample();
    const trust = Buffer.from('{"signed":1}');
    await finish(tree, define(), { version: '1.2.3~rc1', trust, floor: Buffer.from('{}') });
    expect(await text(tree, 'usr/lib/os-release')).toContain('IMAGE_ID="tiny"\nIMAGE_VERSION="1.2.3~rc1"');
    expect(await text(tree, 'etc/issue')).toBe('\\S{PRETTY_NAME} \\n \\l\n\n');
    expect(await text(tree, 'usr/lib/interlock/root.json')).toBe('{"signed":1}');
    expect(await text(tree, 'usr/lib/interlock/trust-floor.json')).toBe('{}');
  });

  it.each([
    ['with', '{"format":1,"built":"2026-01-02T03:04:05Z","root":3,"channels":{"stable":7}}', 3],
    ['without', undefined, 1],
  ])('says %s a trust floor which versions can run on the state it leaves', async (_, given, root) => {
    const tree = sample();
    const floor = given === undefined ? {} : { floor: Buffer.from(given) };
    await finish(tree, define(`state_compat = "5"\n${toml}`), { version: '7', ...floor });
    const written = JSON.parse(await text(tree, 'usr/lib/interlock/trust-floor.json'));
    expect(written).toMatchObject({ root, stateCompat: '5' });
  });

  it('leaves the greeting to a definition that has one', async () => {
    const tree = sample();
    await mkdir(join(overlay, 'etc'));
    await writeFile(join(overlay, 'etc/issue'), 'Welcome\n');
    await finish(tree, define(), { version: '1' });
    expect(await text(tree, 'etc/issue')).toBe('Welcome\n');
  });
});
