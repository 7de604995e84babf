import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { define } from '../../../builder/definition/define.ts';
import { placeOf } from '../../../builder/definition/place-of.ts';
import { suggest } from '../../../protocol/text/suggest.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'include-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

const base = `name = "base"
suite = "trixie"
packages = ["systemd", "udev"]
overlay = "overlay"
kernel = "cloud"
cmdline = "console=ttyS0"
remove = ["/usr/share/zsh"]
scripts = ["tidy"]
[slots]
root = "512 MiB"
verity = "16 MiB"
`;
const ssh = `packages = ["openssh-server"]
units = ["ssh.service"]
`;
const site = `include = ["../base", "../ssh"]
name = "site"
packages = [
  "udev",
  "curl",
]
overlay = "overlay"
cmdline = "quiet"
remove = ["/usr/share/fish"]
scripts = ["tidy"]
[[sources]]
tar = "tool.tar"
[slots]
root = "1 GiB"
[arch.arm64]
packages = ["arm-trusted-firmware-tools"]
kernel = "generic"
cmdline = "console=ttyAMA0"
`;
const all = {
  'base/image.toml': base,
  'base/overlay/etc/a': '',
  'base/tidy': '#!/bin/sh\n',
  'ssh/image.toml': ssh,
  'site/image.toml': site,
  'site/overlay/etc/b': '',
  'site/tidy': '#!/bin/sh\n',
  'site/tool.tar': '',
};

it('joins lists in the order of reading, and takes the last of single values', async () => {
  await write(all);
  expect(await define(join(dir, 'site'), 'x86-64')).toMatchObject({
    arch: 'x86-64',
    name: 'site',
    suite: 'trixie',
    packages: ['systemd', 'udev', 'openssh-server', 'curl'],
    units: ['ssh.service'],
    overlays: [join(dir, 'base/overlay'), join(dir, 'site/overlay')],
    scripts: [join(dir, 'base/tidy'), join(dir, 'site/tidy')],
    sources: [{ tar: join(dir, 'site/tool.tar') }],
    remove: ['/usr/share/zsh', '/usr/share/fish'],
    cmdline: 'console=ttyS0 quiet',
    kernel: 'cloud',
    slots: { root: 2 ** 30, verity: 2 ** 24 },
  });
});

it('adds the section of the architecture that is built', async () => {
  await write(all);
  expect(await define(join(dir, 'site'), 'arm64')).toMatchObject({
    packages: ['systemd', 'udev', 'openssh-server', 'curl', 'arm-trusted-firmware-tools'],
    kernel: 'generic',
    cmdline: 'console=ttyS0 quiet console=ttyAMA0',
  });
});

it('names the file and line where something was said', async () => {
  await write(all);
  const definition = await define(join(dir, 'site'), 'arm64');
  const place = (key: string, element?: string) => {
    const { file, line } = placeOf(definition, [key], element);
    return `${file.slice(dir.length + 1)}:${line}`;
  };
  expect(place('packages', 'openssh-server')).toBe('ssh/image.toml:1');
  expect(place('packages', 'systemd')).toBe('base/image.toml:3');
  expect(place('packages', 'curl')).toBe('site/image.toml:5');
  expect(place('packages', 'arm-trusted-firmware-tools')).toBe('site/image.toml:16');
  expect(place('suite')).toBe('base/image.toml:2');
});

it('reads what two features share once', async () => {
  await write({
    ...all,
    'ssh/image.toml': `include = ["../base"]\n${ssh}`,
    'site/image.toml': `include = ["../ssh", "../base"]\n${site.slice(site.indexOf('name'))}`,
  });
  const { files } = await define(join(dir, 'site'), 'x86-64');
  expect(files.map(({ file }) => file.slice(dir.length + 1))).toEqual([
    'base/image.toml',
    'ssh/image.toml',
    'site/image.toml',
  ]);
});

it.each([
  ['a circle', { 'ssh/image.toml': `include = ["../site"]\n${ssh}` }, 'ssh', 1, /includes itself/],
  [
    'a folder that is none',
    { 'site/image.toml': site.replace('../ssh', '../shh') },
    'site',
    1,
    /no image\.toml/,
  ],
  ['a wrong key in what is included', { 'ssh/image.toml': 'unit = []\n' }, 'ssh', 1, /did you mean units/],
  [
    'a script that is missing',
    { 'site/image.toml': site.replace('"tidy"', '"none"') },
    'site',
    10,
    /none is not a file/,
  ],
  [
    'a source that is missing',
    { 'site/image.toml': site.replace('tool.tar', 'none.tar') },
    'site',
    12,
    /is not a file/,
  ],
  [
    'a key that no file gives',
    { 'base/image.toml': base.replace('suite = "trixie"\n', '') },
    'site',
    1,
    /suite is/,
  ],
])('names the line of %s', async (_what, change, folder, line, problem) => {
  await write({ ...all, ...change });
  await expect(define(join(dir, 'site'), 'x86-64')).rejects.toMatchObject({
    code: 'definition_invalid',
    details: { file: join(dir, folder, 'image.toml'), line, problem: expect.stringMatching(problem) },
  });
});

it.each([
  ['packges', 'packages'],
  ['Kernel', 'kernel'],
  ['colour', undefined],
])('guesses what %s was to be', (word, meant) => {
  expect(suggest(word, ['packages', 'kernel', 'units'])).toBe(meant);
});

it('joins what becomes of state, and names the line of a glob that is none', async () => {
  await write({
    ...all,
    'site/image.toml': `${site}\n[arch.x86-64.state]\nlink = ["/opt/ros"]\n`,
    'base/image.toml': `${base}[state]\nlink = ["/var/www"]\nseed = ["/srv/a"]\n`,
  });
  expect(await define(join(dir, 'site'), 'x86-64')).toMatchObject({
    state: { seed: ['/srv/a'], link: ['/var/www', '/opt/ros'] },
  });
  await write({ 'base/image.toml': `${base}[state]\nlink = [\n  "/var/www",\n  "/var/{x",\n]\n` });
  await expect(define(join(dir, 'site'), 'x86-64')).rejects.toMatchObject({
    code: 'definition_invalid',
    details: { line: 15, problem: expect.stringContaining('/var/{x is not a valid glob') },
  });
});
