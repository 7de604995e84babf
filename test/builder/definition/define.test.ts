import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { define, parseDefinition } from '../../../builder/definition/define.ts';
import { lineOf } from '../../../builder/definition/lines/line-of.ts';
import { packageNameProblem, parsePackageName, satisfies } from '../../../builder/definition/package-name.ts';
import { parseSize } from '../../../builder/definition/parse-size.ts';

const good = `name = "tiny"
suite = "trixie"
packages = [
  "systemd",
  "udev",
]
overlay = "overlay"
units = ["systemd-networkd.service"]
kernel = "cloud"
cmdline = "console=ttyS0"

[slots]
root = "512 MiB"
verity = "16 MiB"
`;

describe('define', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'define-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const defineText = async (text: string) => {
    await writeFile(join(dir, 'image.toml'), text);
    return define(dir);
  };

  it('reads a whole definition', async () => {
    await mkdir(join(dir, 'overlay'));
    const definition = await defineText(good);
    expect(definition).toMatchObject({
      name: 'tiny',
      packages: ['systemd', 'udev'],
      overlays: [join(dir, 'overlay')],
      slots: { root: 512 * 2 ** 20, verity: 16 * 2 ** 20 },
      remove: [],
      secrets: [],
      stateCompat: null,
    });
  });

  it('says that a folder without image.toml is none', async () => {
    await expect(define(dir)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('names the line of a missing overlay', async () => {
    await expect(defineText(good)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { file: join(dir, 'image.toml'), line: 7 },
    });
  });

  it('names the line of an overlay that holds what none may, and of a glob that is none', async () => {
    await mkdir(join(dir, 'overlay'));
    execFileSync('mkfifo', [join(dir, 'overlay/pipe')]);
    await expect(defineText(good)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 7, problem: expect.stringContaining('overlay/pipe is a fifo') },
    });
    await rm(join(dir, 'overlay/pipe'));
    const globs = good.replace('[slots]', 'remove = [\n  "/usr/games",\n  "/a/{b",\n]\n\n[slots]');
    await expect(defineText(globs)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 14, problem: expect.stringContaining('/a/{b is not a valid glob') },
    });
  });

  it('ships images that parse', async () => {
    expect((await define('images/tiny')).name).toBe('tiny');
  });
});

describe('parseDefinition', () => {
  const cases: [what: string, from: string, to: string, line: number, words: RegExp][] = [
    ['broken syntax', 'kernel = "cloud"', 'kernel = cloud', 9, /./],
    ['an unknown key', 'kernel = "cloud"', 'kernel = "cloud"\ncolour = "red"', 10, /unknown key colour/],
    [
      'a mistyped key',
      'kernel = "cloud"',
      'kernal = "cloud"',
      9,
      /unknown key kernal; did you mean kernel\?/,
    ],
    ['a mistyped key of a section', '[slots]', '[arch.arm64]\nunit = []\n[slots]', 13, /mean units\?/],
    ['an architecture that is none', '[slots]', '[arch.amd64]\n[slots]', 12, /unknown key arch\/amd64/],
    ['an unknown key in a table', 'root = "512 MiB"', 'root = "512 MiB"\nhome = "1 GiB"', 14, /slots\/home/],
    ['a wrong type', 'units = ["systemd-networkd.service"]', 'units = 3', 8, /units/],
    ['a wrong element', '"udev",', '"udev", 7,', 3, /packages\/2/],
    ['a kernel that is none', '"cloud"', '"monolith"', 9, /kernel/],
    ['a size that is none', '"512 MiB"', '"512 megabyte"', 13, /slots\/root/],
    ['a missing key', 'name = "tiny"\n', '', 1, /name/],
    ['a missing key of a table', 'verity = "16 MiB"\n', '', 12, /verity/],
    [
      'a removal as apt writes it',
      '"udev",',
      '"udev-",',
      5,
      /“udev-” removes a package in apt; take udev out/,
    ],
    ['a package of another architecture', '"udev",', '"udev:i386",', 5, /names an architecture/],
    ['a task', '"udev",', '"ssh-server^",', 5, /a task of apt; name its packages/],
    ['a pattern', '"udev",', '"?essential",', 5, /a pattern; name each package/],
    ['a name in capitals', '"udev",', '"Udev",', 5, /“Udev” is not a package name/],
    ['an empty version', '"udev",', '"udev=",', 5, /has no version after =/],
    [
      'a package of a section',
      '[slots]',
      '[arch.arm64]\npackages = [\n"udev-"\n]\n[slots]',
      14,
      /take udev out/,
    ],
    ['an absolute overlay', 'overlay = "overlay"', 'overlay = "/etc"', 7, /overlay/],
  ];
  it.each(cases)('names the line of %s', (_what, from, to, line, words) => {
    const text = good.replace(from, to);
    expect(text).not.toBe(good);
    expect(() => parseDefinition(text, 'image.toml', '.')).toThrowError(
      expect.objectContaining({
        code: 'definition_invalid',
        details: expect.objectContaining({ file: 'image.toml', line, problem: expect.stringMatching(words) }),
      }),
    );
  });
});

describe('parsePackageName', () => {
  it.each([
    ['g++', { name: 'g++' }],
    ['nginx=1.26.*', { name: 'nginx', version: '1.26.*' }],
    ['vim=2:9.1~rc1+dfsg-1', { name: 'vim', version: '2:9.1~rc1+dfsg-1' }],
  ])('reads %s', (text, wish) => {
    expect(packageNameProblem(text)).toBeUndefined();
    expect(parsePackageName(text)).toEqual(wish);
  });
});

describe('satisfies', () => {
  it.each([
    ['nginx', '1.22.1-9', true],
    ['nginx=1.22.*', '1.22.1-9', true],
    ['nginx=1.22.*', '1x22.1', false],
    ['nginx=1.22.1', '1.22.1-9', false],
    ['nginx=*+deb12u*', '1.22.1-9+deb12u1', true],
    ['ngin', '1.22.1-9', false],
  ])('takes %s for nginx %s: %s', (text, version, expected) => {
    expect(satisfies(parsePackageName(text), { name: 'nginx', version })).toBe(expected);
  });
});

describe('lineOf', () => {
  it('finds an element of an array and ignores comments', () => {
    const text = 'packages = [\n  # "vim"\n  "curl",\n  "vim",\n]\n';
    expect(lineOf(text, ['packages'], 'vim')).toBe(4);
    expect(lineOf(text, ['nowhere'])).toBe(1);
  });

  it.each([
    ['a dotted key', 'a = 1\nstate.link = ["x"]', ['state', 'link'], 2],
    ['a key of an inline table', 'a = 1\nstate = { link = ["x"] }', ['state', 'link'], 2],
    ['an inline table over several lines', 'a = 1\nstate = {\n  link = ["x"],\n}', ['state', 'link'], 3],
    ['a table whose name is quoted', 'a = 1\n["x86-64"]\nb = 2', ['x86-64', 'b'], 3],
    ['no table inside a text', "a = '''\n[b]\nc = 1\n'''\n[b]\nc = 2", ['b', 'c'], 6],
  ])('finds %s', (_, text, path, line) => {
    expect(lineOf(text, path)).toBe(line);
  });
});

describe('parseSize', () => {
  it.each([
    ['512 MiB', 2 ** 29],
    ['2GiB', 2 ** 31],
    ['4 KiB', 4096],
    ['0 MiB', undefined],
    ['-1 MiB', undefined],
    ['1.5 GiB', undefined],
    ['12', undefined],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
});
